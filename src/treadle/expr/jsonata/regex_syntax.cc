#include "treadle/expr/jsonata/regex_syntax.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "treadle/expr/jsonata/regex_class.h"
#include "treadle/expr/jsonata/regex_scan.h"

namespace treadle::expr::jsonata {

namespace {

// PCRE2's greatest repetition; more is as good as no limit.
constexpr std::uint64_t kRepetitionsMax = 65'535;
constexpr std::size_t kDepthMax = 200;

// Whether a quantifier may follow; none may on a look behind.
enum class Group : std::uint8_t { kRepeatable, kLookbehind };

constexpr char16_t kLongS = 0x17F;
constexpr char16_t kKelvin = 0x212A;

// Whether Unicode folds `unit` across the border of ASCII, which JavaScript does not cross.
auto meets_ascii(char16_t unit) -> bool {
  return unit == kLongS || unit == kKelvin || (unit | 0x20) == u's' || (unit | 0x20) == u'k';
}

class Translator {
 public:
  Translator(std::u16string_view text, RegexFlags flags)
      : scan_(text), flags_(flags), groups_(find_groups(text)) {}

  auto translate() -> Result<TranslatedRegex, std::string>;

 private:
  using Status = Result<void, std::string>;

  [[nodiscard]] auto read_term() -> Status;
  [[nodiscard]] auto read_group() -> Status;
  [[nodiscard]] auto close_group() -> Status;
  [[nodiscard]] auto read_escape() -> Status;
  [[nodiscard]] auto read_named_reference() -> Status;
  [[nodiscard]] auto read_class() -> Status;
  [[nodiscard]] auto read_quantifier() -> Status;
  [[nodiscard]] auto check_names() const -> Status;

  void emit(std::string_view ascii) { out_.pattern.append(ascii.begin(), ascii.end()); }
  void emit_unit(char16_t unit) {
    if (flags_.ignores_case && meets_ascii(unit)) {
      emit(unit < 0x80      ? unit == u's' || unit == u'S' ? "(?-i:[sS])" : "(?-i:[kK])"
           : unit == kLongS ? "(?-i:\\x{17f})"
                            : "(?-i:\\x{212a})");
      return;
    }
    append_unit(out_.pattern, unit);
    out_.folds_unicode = out_.folds_unicode || (unit >= 0x80 && flags_.ignores_case);
  }
  void emit_set(UnitSet const& set) {
    // case was seen to in the set already, or does not matter to it
    emit(flags_.ignores_case ? "(?-i:" : "(?:");
    append_set(out_.pattern, set);
    emit(")");
  }
  void emit_reference(std::size_t group) {
    emit("\\g{" + std::to_string(group) + "}");
    out_.folds_unicode = out_.folds_unicode || flags_.ignores_case;
  }

  UnitScan scan_;
  RegexFlags flags_;
  GroupNames groups_;
  TranslatedRegex out_;
  std::vector<Group> open_;
};

auto Translator::check_names() const -> Status {
  auto names = groups_.names;
  std::ranges::sort(names);
  if (!names.empty() && names.front().empty()) return std::unexpected("Invalid capture group name");
  if (std::ranges::adjacent_find(names) != names.end())
    return std::unexpected("Duplicate capture group name");
  return {};
}

auto Translator::translate() -> Result<TranslatedRegex, std::string> {
  TRY(check_names());
  while (!scan_.at_end()) TRY(read_term());
  if (!open_.empty()) return std::unexpected("Unterminated group");
  return std::move(out_);
}

auto Translator::read_term() -> Status {
  auto const unit = scan_.take();
  switch (unit) {
    case u'^':
      emit(flags_.is_multiline ? "(?:\\A|(?<=[\\n\\r\\x{2028}\\x{2029}]))" : "\\A");
      return {};
    case u'$': emit(flags_.is_multiline ? "(?=[\\n\\r\\x{2028}\\x{2029}]|\\z)" : "\\z"); return {};
    case u'(': return read_group();
    case u')': return close_group();
    case u'|': emit("|"); return {};
    case u'.': emit("[^\\n\\r\\x{2028}\\x{2029}]"); break;
    case u'[': return read_class();
    case u'\\': return read_escape();
    case u'*':
    case u'+':
    case u'?': return std::unexpected("Nothing to repeat");
    case u'{':
      scan_.step_back();
      if (scan_.peek_repetition()) return std::unexpected("Nothing to repeat");
      scan_.take();
      [[fallthrough]];
    default: emit_unit(unit); return read_quantifier();
  }
  return read_quantifier();
}

auto Translator::read_group() -> Status {
  if (open_.size() == kDepthMax) return std::unexpected("Regular expression too large");
  auto group = Group::kRepeatable;
  if (scan_.skip(u"?:")) {
    emit("(?:");
  } else if (scan_.skip(u"?=")) {
    emit("(?=");
  } else if (scan_.skip(u"?!")) {
    emit("(?!");
  } else if (scan_.skip(u"?<=")) {
    emit("(?<=");
    group = Group::kLookbehind;
  } else if (scan_.skip(u"?<!")) {
    emit("(?<!");
    group = Group::kLookbehind;
  } else if (scan_.skip(u"?<")) {
    if (!scan_.take_name()) return std::unexpected("Invalid capture group name");
    emit("(");
  } else if (scan_.skip(u"?")) {
    return std::unexpected("Invalid group");
  } else {
    emit("(");
  }
  open_.push_back(group);
  return {};
}

auto Translator::close_group() -> Status {
  if (open_.empty()) return std::unexpected("Unmatched ')'");
  auto const group = open_.back();
  open_.pop_back();
  emit(")");
  if (group == Group::kLookbehind) return {};  // a quantifier meets "Nothing to repeat"
  return read_quantifier();
}

auto Translator::read_named_reference() -> Status {
  auto const name = scan_.skip(u"<") ? scan_.take_name() : std::nullopt;
  if (!name) return std::unexpected("Invalid named reference");
  auto const found = std::ranges::find(groups_.names, *name);
  if (found == groups_.names.end()) return std::unexpected("Invalid named capture referenced");
  emit_reference(groups_.numbers[static_cast<std::size_t>(found - groups_.names.begin())]);
  return read_quantifier();
}

auto Translator::read_escape() -> Status {
  if (scan_.at_end()) return std::unexpected("\\ at end of pattern");
  constexpr std::string_view kBoundary =
      "(?-i:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";
  constexpr std::string_view kNoBoundary =
      "(?-i:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";
  if (scan_.skip(u"b")) {
    emit(kBoundary);
    return {};
  }
  if (scan_.skip(u"B")) {
    emit(kNoBoundary);
    return {};
  }
  if (!groups_.names.empty() && scan_.skip(u"k")) return read_named_reference();
  if (auto const number = scan_.take_reference(groups_.count)) {
    emit_reference(*number);
  } else if (auto const set = scan_.take_set()) {
    emit_set(*set);
  } else {
    emit_unit(scan_.take_escaped(Place::kOutsideClass));
  }
  return read_quantifier();
}

auto Translator::read_class() -> Status {
  auto const read = TRY(take_class(scan_));
  if (read.set.empty()) {
    emit(read.is_negated ? "(?s:.)" : "(?!)");
  } else {
    out_.pattern += read.is_negated ? u"[^" : u"[";
    append_ranges(out_.pattern, read.set);
    out_.pattern += u']';
    out_.folds_unicode = out_.folds_unicode || (flags_.ignores_case && read.names_foreign);
  }
  return read_quantifier();
}

auto Translator::read_quantifier() -> Status {
  auto const repetition = scan_.take_repetition();
  if (!repetition) return {};
  if (repetition->max && *repetition->max < repetition->min)
    return std::unexpected("numbers out of order in {} quantifier");
  if (repetition->min > kRepetitionsMax) return std::unexpected("Regular expression too large");
  auto text = "{" + std::to_string(repetition->min) + ",";
  if (repetition->max && *repetition->max <= kRepetitionsMax)
    text += std::to_string(*repetition->max);
  emit(text + (repetition->is_lazy ? "}?" : "}"));
  return {};
}

}  // namespace

auto translate_regex(std::u16string_view pattern, RegexFlags flags)
    -> Result<TranslatedRegex, std::string> {
  return Translator(pattern, flags).translate();
}

}  // namespace treadle::expr::jsonata
