// Source: docs.jsonata.org, "String functions" and "Regular Expressions": a matcher is a regular
// expression or any function that gives {"match", "start", "end", "groups", "next"} or nothing.
// Places in strings are UTF-16 units on the outside and bytes in here.
#include <cmath>
#include <optional>
#include <vector>

#include "treadle/base/utf8.h"
#include "treadle/expr/jsonata/functions.h"
#include "treadle/expr/jsonata/regex.h"

namespace treadle::expr::jsonata {
namespace {

struct Hit {
  std::size_t begin = 0;  // in bytes
  std::size_t end = 0;
  Item match = {};
  Item groups = {};  // an array
};

// The byte at which `units` UTF-16 units of `text` end.
auto byte_at(std::string_view text, double units) -> std::size_t {
  std::size_t byte = 0;
  while (units > 0 && byte < text.size()) {
    auto const next = utf8::decode_one(text.substr(byte), utf8::Surrogates::kAccept);
    if (!next) break;
    byte += next->bytes;
    units -= next->value > 0xFFFF ? 2 : 1;
  }
  return byte;
}

// Places of one text, in bytes and in UTF-16 units; cheap while they grow.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  auto byte_of(std::size_t unit) -> std::size_t {
    if (unit < unit_) unit_ = byte_ = 0;
    while (unit_ < unit && step()) {}
    return byte_;
  }
  auto unit_of(std::size_t byte) -> std::size_t {
    if (byte < byte_) unit_ = byte_ = 0;
    while (byte_ < byte && step()) {}
    return unit_;
  }

 private:
  auto step() -> bool {
    auto const next = utf8::decode_one(text_.substr(byte_), utf8::Surrogates::kAccept);
    if (byte_ == text_.size() || !next) return false;
    byte_ += next->bytes;
    unit_ += next->value > 0xFFFF ? 2 : 1;
    return true;
  }

  std::string_view text_;
  std::size_t byte_ = 0;
  std::size_t unit_ = 0;
};

// What took part in a match, as texts.
auto groups_of(json::Arena& arena, Subject const& subject, Match const& match) -> List* {
  auto* const groups = make_list(arena, match.groups.size());
  for (auto const& group : match.groups)
    groups->push(arena, group ? Item::of(arena.copy(subject.text_of(*group))) : Item());
  return groups;
}

// What a matcher gives; `span` in UTF-16 units.
auto match_object(Evaluator& evaluator, Hit const& hit, Span span, Regex const& regex,
                  std::string_view text) -> Item {
  auto& arena = evaluator.arena();
  auto* const object = make_object(arena, 5);
  object->set(arena, "match", hit.match);
  object->set(arena, "start", Item::of(static_cast<double>(span.begin)));
  object->set(arena, "end", Item::of(static_cast<double>(span.end)));
  object->set(arena, "groups", hit.groups);
  object->set(arena, "next",
              evaluator.make_function({.kind = Function::Kind::kNextMatch,
                                       .regex = &regex,
                                       .subject = text,
                                       .from = span.end}));
  return Item::of(object);
}

// The matches of a matcher in a text, from left to right.
class Matches {
 public:
  Matches(Evaluator& evaluator, Item matcher, std::string_view text)
      : evaluator_(evaluator), matcher_(matcher), text_(text) {
    auto const* const function = matcher.function();
    if (function->kind != Function::Kind::kMatcher) return;
    regex_ = function->regex;
    subject_.emplace(text);
  }

  auto next() -> Eval<std::optional<Hit>> {
    TRY(evaluator_.spend());
    return regex_ != nullptr ? of_regex() : of_function();
  }

  // The last hit as the object that a matcher gives.
  auto object(Hit const& hit) -> Item {
    if (regex_ == nullptr) return object_;
    return match_object(evaluator_, hit, {match_.begin, match_.end}, *regex_, text_);
  }

 private:
  auto of_regex() -> Eval<std::optional<Hit>> {
    auto const found = regex_->match(*subject_, from_, evaluator_.match_limits());
    if (!found) return evaluator_.fail(found.error());
    if (!*found) return std::nullopt;
    auto const& match = **found;
    if (match.begin == match.end) return evaluator_.fail("D1004");
    match_ = {match.begin, match.end};
    from_ = match.end;
    auto& arena = evaluator_.arena();
    auto const begin = places_.byte_of(match.begin);
    return Hit{begin, places_.byte_of(match.end),
               Item::of(arena.copy(subject_->text_of({match.begin, match.end}))),
               Item::of(groups_of(arena, *subject_, match))};
  }

  auto of_function() -> Eval<std::optional<Hit>> {
    Item const arguments[] = {Item::of(text_)};
    auto const function = started_ ? object_.member("next") : matcher_;
    auto const count = started_ ? 0U : 1U;
    started_ = true;
    object_ = TRY(evaluator_.apply(function, std::span(arguments).first(count)));
    if (!object_.is_defined()) return std::nullopt;
    auto const begin = object_.member("start");
    auto const end = object_.member("end");
    auto const groups = object_.member("groups");
    auto const match = object_.member("match");
    if (!begin.is_number() || !end.is_number() || !groups.is_array() || !match.is_string())
      return evaluator_.fail("T1010", {.token = "\"match\""});
    auto const first = byte_at(text_, begin.number());
    return Hit{first, std::max(first, byte_at(text_, end.number())), match, groups};
  }

  Evaluator& evaluator_;
  Item matcher_;
  std::string_view text_;
  Places places_{text_};
  Regex const* regex_ = nullptr;
  std::optional<Subject> subject_;
  std::size_t from_ = 0;  // in UTF-16 units, as is match_
  Span match_;
  Item object_;
  bool started_ = false;
};

// "$1" and so on in a replacement: as many digits as there are groups to speak of.
void substitute(std::string& out, std::string_view replacement, Hit const& hit) {
  auto const count = hit.groups.size();
  auto const digits_max = count == 0 ? 1 : static_cast<std::size_t>(std::log10(count)) + 1;
  while (true) {
    auto const at = replacement.find('$');
    out += replacement.substr(0, at);
    if (at == std::string_view::npos) return;
    replacement.remove_prefix(at + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    std::size_t digits = 0;
    std::size_t number = 0;
    while (digits < digits_max && digits < replacement.size() && replacement[digits] >= '0' &&
           replacement[digits] <= '9')
      number = number * 10 + static_cast<std::size_t>(replacement[digits++] - '0');
    if (digits > 1 && number > count) {
      --digits;
      number /= 10;
    }
    if (digits == 0) {
      out += '$';
      continue;
    }
    auto const part = number == 0 ? hit.match : hit.groups.at(number - 1);
    if (part.is_string()) out += part.string();
    replacement.remove_prefix(digits);
  }
}

struct Replacement {
  Item text_or_function;
  double limit;
};

auto limit_of(Item item) -> double { return item.is_defined() ? item.number() : HUGE_VAL; }

auto replace_text(Evaluator& evaluator, std::string_view text, std::string_view pattern,
                  Replacement const& by) -> Eval<Item> {
  auto out = std::string();
  std::size_t from = 0;
  auto const piece =
      by.text_or_function.is_string() ? by.text_or_function.string() : std::string_view();
  for (double n = 0; n < by.limit; ++n) {
    TRY(evaluator.spend());
    auto const at = text.find(pattern, from);
    if (at == std::string_view::npos) break;
    out += text.substr(from, at - from);
    out += piece;
    TRY(evaluator.reserve(out.size()));
    from = at + pattern.size();
  }
  out += text.substr(from);
  return evaluator.text(out);
}

auto replace_matches(Evaluator& evaluator, std::string_view text, Item matcher,
                     Replacement const& by) -> Eval<Item> {
  auto out = std::string();
  std::size_t from = 0;
  auto matches = Matches(evaluator, matcher, text);
  for (double n = 0; n < by.limit; ++n) {
    auto const hit = TRY(matches.next());
    if (!hit) break;
    if (hit->begin > from) out += text.substr(from, hit->begin - from);
    if (by.text_or_function.is_string()) {
      substitute(out, by.text_or_function.string(), *hit);
    } else {
      Item const arguments[] = {matches.object(*hit)};
      auto const piece = TRY(evaluator.apply(by.text_or_function, arguments));
      if (!piece.is_string()) return evaluator.fail("D3012");
      out += piece.string();
    }
    TRY(evaluator.reserve(out.size()));
    from = hit->end;
  }
  out += text.substr(std::min(from, text.size()));
  return evaluator.text(out);
}

// JavaScript's split(""): one piece for each UTF-16 unit.
void split_units(json::Arena& arena, std::string_view text, double limit, List& list) {
  while (!text.empty() && list.size < limit) {
    auto const next = utf8::decode_one(text, utf8::Surrogates::kAccept);
    auto const bytes = next ? next->bytes : 1;
    if (next && next->value > 0xFFFF) {
      auto const offset = next->value - 0x10000;
      for (char32_t const unit : {0xD800 + (offset >> 10U), 0xDC00 + (offset & 0x3FFU)}) {
        auto surrogate = std::string();
        utf8::append(surrogate, unit);
        if (list.size < limit) list.push(arena, Item::of(arena.copy(surrogate)));
      }
    } else {
      list.push(arena, Item::of(text.substr(0, bytes)));
    }
    text.remove_prefix(bytes);
  }
}

}  // namespace

auto Evaluator::match(Regex const& regex, std::string_view text, std::size_t from) -> Eval<Item> {
  TRY(spend(1 + text.size() / 16));
  Subject const subject(text);
  auto const found = regex.match(subject, from, match_limits());
  if (!found) return fail(found.error());
  if (!*found) return Item();
  auto const span = Span{(*found)->begin, (*found)->end};
  if (span.begin == span.end) return fail("D1004");
  auto const hit = Hit{.match = Item::of(arena_.copy(subject.text_of(span))),
                       .groups = Item::of(groups_of(arena_, subject, **found))};
  return match_object(*this, hit, span, regex, text);
}

namespace functions {

auto match(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const limit = limit_of(arguments[2]);
  if (limit < 0) return evaluator.fail("D3040");
  if (!arguments[1].is_function()) return evaluator.fail("T1010", {.token = "\"match\""});
  auto const text = arguments[0].string();
  auto& arena = evaluator.arena();
  auto* const list = make_list(arena);
  auto matches = Matches(evaluator, arguments[1], text);
  std::size_t counted_to = 0;  // in bytes
  std::size_t units = 0;       // up to there
  for (double n = 0; n < limit; ++n) {
    auto const hit = TRY(matches.next());
    if (!hit) break;
    if (hit->begin < counted_to) counted_to = units = 0;
    units += utf8::count_utf16_units(text.substr(counted_to, hit->begin - counted_to));
    counted_to = hit->begin;
    auto* const object = make_object(arena, 3);
    object->set(arena, "match", hit->match);
    object->set(arena, "index", Item::of(static_cast<double>(units)));
    object->set(arena, "groups", hit->groups);
    list->push(arena, Item::of(object));
  }
  return Item::of(list, Item::kSequence);
}

auto contains(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined() || !arguments[1].is_defined()) return Item();
  auto const text = arguments[0].string();
  if (arguments[1].is_function())
    return Item::of(TRY(Matches(evaluator, arguments[1], text).next()).has_value());
  return Item::of(text.find(arguments[1].string()) != std::string_view::npos);
}

auto replace(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const pattern = arguments[1];
  if (pattern.is_string() && pattern.string().empty()) return evaluator.fail("D3010");
  auto const by = Replacement{arguments[2], limit_of(arguments[3])};
  if (by.limit < 0) return evaluator.fail("D3011");
  auto const text = arguments[0].string();
  if (pattern.is_string()) return replace_text(evaluator, text, pattern.string(), by);
  if (!pattern.is_function()) return arguments[0];
  return replace_matches(evaluator, text, pattern, by);
}

auto split(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item> {
  if (!arguments[0].is_defined()) return Item();
  auto const limit = std::floor(limit_of(arguments[2]));
  if (limit < 0) return evaluator.fail("D3020");
  auto const text = arguments[0].string();
  auto& arena = evaluator.arena();
  auto* const list = make_list(arena);
  auto const result = Item::of(list);
  if (arguments[1].is_function()) {
    auto matches = Matches(evaluator, arguments[1], text);
    std::size_t from = 0;
    while (list->size < limit) {
      auto const hit = TRY(matches.next());
      auto const end = hit ? std::max(from, hit->begin) : text.size();
      list->push(arena, Item::of(text.substr(from, end - from)));
      if (!hit) break;
      from = hit->end;
    }
    return result;
  }
  if (!arguments[1].is_defined()) {
    if (limit > 0) list->push(arena, arguments[0]);
    return result;
  }
  auto const separator = arguments[1].string();
  TRY(evaluator.spend(text.size() / 16));
  if (separator.empty()) {
    TRY(evaluator.reserve(text.size() * sizeof(Item)));
    split_units(arena, text, limit, *list);
    return result;
  }
  for (std::size_t from = 0; list->size < limit;) {
    TRY(evaluator.spend());
    auto const at = text.find(separator, from);
    list->push(arena, Item::of(text.substr(from, at == std::string_view::npos ? at : at - from)));
    if (at == std::string_view::npos) break;
    from = at + separator.size();
  }
  return result;
}

}  // namespace functions
}  // namespace treadle::expr::jsonata
