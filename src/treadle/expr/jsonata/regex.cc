#include "treadle/expr/jsonata/regex.h"

#include <algorithm>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 16
#include <pcre2.h>

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"
#include "treadle/expr/jsonata/regex_syntax.h"

namespace treadle::expr::jsonata {

namespace {

constexpr std::size_t kPatternLength = 10'000;
// A place where a match may begin has at least so many steps, however long the subject is.
constexpr std::uint32_t kPlaceStepsMin = 500;
constexpr std::uint32_t kPlaceStepsMax = 1'000'000;
// Steps that take a millisecond or less, so that nobody needs to be asked; and what is expected of more.
constexpr std::uint32_t kStepsUnasked = 100'000;
constexpr std::uint32_t kStepsInAMillisecond = 100'000;
// Places that took more and are tried again with kPlaceStepsMax.
constexpr int kRetriesMax = 16;

struct Deleter {
  void operator()(pcre2_code* p) const { pcre2_code_free(p); }
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
};

auto to_units(std::string_view text) -> std::u16string {
  std::u16string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x80) {
      out += static_cast<char16_t>(byte);
      text.remove_prefix(1);
      continue;
    }
    auto const one = utf8::decode_one(text, utf8::Surrogates::kAccept);
    auto const value = one ? one->value : U'\uFFFD';
    if (value >= 0x10000) {
      out += static_cast<char16_t>(0xD7C0 + (value >> 10));
      out += static_cast<char16_t>(0xDC00 + (value & 0x3FF));
    } else {
      out += static_cast<char16_t>(value);
    }
    text.remove_prefix(one ? one->bytes : 1);
  }
  return out;
}

auto as_code_units(std::u16string_view text) -> PCRE2_SPTR {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

auto invalid(std::string_view pattern, std::string_view reason) -> std::unexpected<Failure> {
  return failure("S0302", "Invalid regular expression: /" + std::string(pattern) +
                              "/: " + std::string(reason));
}

auto message_of(int error) -> std::string {
  char16_t text[128] = {};
  pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text), std::size(text));
  auto const units = std::u16string_view(text);
  return {units.begin(), units.end()};
}

// The places at which matching was begun.
struct Progress {
  std::size_t place = 0;
  unsigned calls = 0;
  std::function<bool(std::chrono::milliseconds)> const* is_over = nullptr;

  [[nodiscard]] auto must_stop(std::chrono::milliseconds ahead) const -> bool {
    return is_over != nullptr && *is_over && (*is_over)(ahead);
  }
};

// PCRE2 calls it at the beginning of each attempt, because the pattern begins with "(?C1)".
auto note_place(pcre2_callout_block* block, void* data) -> int {
  constexpr unsigned kCallsPerQuestion = 64;
  auto& progress = *static_cast<Progress*>(data);
  progress.place = block->current_position;
  if (++progress.calls % kCallsPerQuestion != 0) return 0;
  return progress.must_stop({}) ? PCRE2_ERROR_CALLOUT : 0;
}

auto read_match(pcre2_match_data* data) -> Match {
  auto const* places = pcre2_get_ovector_pointer(data);
  Match match{.begin = places[0], .end = places[1], .groups = {}};
  for (std::uint32_t i = 1; i < pcre2_get_ovector_count(data); ++i) {
    auto const begin = places[2 * std::size_t{i}];
    auto const end = places[2 * std::size_t{i} + 1];
    match.groups.push_back(begin == PCRE2_UNSET ? std::nullopt : std::optional(Span{begin, end}));
  }
  return match;
}

// One search.
class Search {
 public:
  Search(pcre2_code const* code, std::u16string_view text, MatchLimits const& limits)
      : code_(code),
        text_(text),
        data_(pcre2_match_data_create_from_pattern(code, nullptr)),
        context_(pcre2_match_context_create(nullptr)),
        place_steps_(steps_per_place(code, text, limits)) {
    TREADLE_ASSERT(data_ != nullptr && context_ != nullptr);
    progress_.is_over = limits.is_over;
    pcre2_set_depth_limit(context_.get(), limits.depth_max);
    pcre2_set_heap_limit(context_.get(), limits.heap_kib_max);
    pcre2_set_callout(context_.get(), note_place, &progress_);
  }

  auto run(std::size_t from) -> Result<std::optional<Match>, Failure> {
    for (int retries = 0;; ++retries) {
      auto const found = attempt(from, place_steps_, 0);
      if (found != PCRE2_ERROR_MATCHLIMIT || retries == kRetriesMax) return outcome(found);
      from = progress_.place;
      auto const again = attempt(from, std::max(place_steps_, kPlaceStepsMax), PCRE2_ANCHORED);
      if (again != PCRE2_ERROR_NOMATCH) return outcome(again);
      if (++from > text_.size()) return std::nullopt;
    }
  }

 private:
  // PCRE2 counts anew at each place.
  static auto steps_per_place(pcre2_code const* code, std::u16string_view text,
                              MatchLimits const& limits) -> std::uint32_t {
    std::uint32_t options = 0;
    pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
    if ((options & PCRE2_ANCHORED) != 0) return limits.steps_max;
    auto const share = limits.steps_max / (text.size() + 1);
    return std::clamp(static_cast<std::uint32_t>(share), kPlaceStepsMin, kPlaceStepsMax);
  }

  // Nothing stops what PCRE2 does at one place: before it may take long, somebody is asked.
  auto attempt(std::size_t from, std::uint32_t steps, std::uint32_t options) -> int {
    if (steps > kStepsUnasked) {
      auto const found = attempt_at_once(from, kStepsUnasked, options);
      if (found != PCRE2_ERROR_MATCHLIMIT) return found;
      if (progress_.must_stop(std::chrono::milliseconds(steps / kStepsInAMillisecond)))
        return PCRE2_ERROR_CALLOUT;
    }
    return attempt_at_once(from, steps, options);
  }

  auto attempt_at_once(std::size_t from, std::uint32_t steps, std::uint32_t options) -> int {
    pcre2_set_match_limit(context_.get(), steps);
    auto const run = [&](std::uint32_t more) {
      return pcre2_match(code_, as_code_units(text_), text_.size(), from, options | more,
                         data_.get(), context_.get());
    };
    auto const found = run(0);
    // compiled code has a small stack of its own; the interpreter uses the heap
    return found == PCRE2_ERROR_JIT_STACKLIMIT ? run(PCRE2_NO_JIT) : found;
  }

  auto outcome(int found) const -> Result<std::optional<Match>, Failure> {
    if (found >= 0) return read_match(data_.get());
    if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
    return failure("D1012", "The regular expression takes too many steps on this text");
  }

  pcre2_code const* code_;
  std::u16string_view text_;
  std::unique_ptr<pcre2_match_data, Deleter> data_;
  std::unique_ptr<pcre2_match_context, Deleter> context_;
  std::uint32_t place_steps_;
  Progress progress_;
};

}  // namespace

struct Regex::Code {
  std::unique_ptr<pcre2_code, Deleter> pcre2;
};

Subject::Subject(std::string_view text) : units_(to_units(text)) {}

auto Subject::text_of(Span span) const -> std::string {
  std::string out;
  auto const units = std::u16string_view(units_).substr(span.begin, span.end - span.begin);
  out.reserve(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t value = units[i];
    if (value < 0x80) {
      out += static_cast<char>(value);
      continue;
    }
    if (utf8::is_high_surrogate(value) && i + 1 < units.size() &&
        utf8::is_low_surrogate(units[i + 1]))
      value = utf8::join_surrogates(value, units[++i]);
    utf8::append(out, value);
  }
  return out;
}

auto Regex::compile(std::string_view pattern, std::string_view flags) -> Result<Regex, Failure> {
  if (pattern.size() > kPatternLength)
    return invalid(pattern.substr(0, 64), "Regular expression too large");
  auto const ignores_case = flags.find('i') != flags.npos;
  auto const translated = translate_regex(
      to_units(pattern),
      {.ignores_case = ignores_case, .is_multiline = flags.find('m') != flags.npos});
  if (!translated) return invalid(pattern, translated.error());
  auto options =
      PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
  if (ignores_case) options |= PCRE2_CASELESS;
  if (translated->folds_unicode) options |= PCRE2_UCP;
  auto const text = u"(?C1)(?:" + translated->pattern + u")";
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto code = std::unique_ptr<pcre2_code, Deleter>(
      pcre2_compile(as_code_units(text), text.size(), options, &error, &offset, nullptr));
  if (code == nullptr) return invalid(pattern, message_of(error));
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // where it fails, matching is only slower
  Regex regex;
  regex.code_ = std::make_shared<Code const>(std::move(code));
  return regex;
}

auto Regex::match(Subject const& subject, std::size_t from, MatchLimits const& limits) const
    -> Result<std::optional<Match>, Failure> {
  if (from > subject.units().size()) return std::nullopt;
  return Search(code_->pcre2.get(), subject.units(), limits).run(from);
}

}  // namespace treadle::expr::jsonata
