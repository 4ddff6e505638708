// The small pieces of JavaScript's regular expressions; private to the module.
// Source: ECMA-262, Patterns, with Annex B (no flag u).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::expr::jsonata {

// UTF-16 units, both ends included.
struct UnitRange {
  char16_t first;
  char16_t last;
};
using UnitSet = std::vector<UnitRange>;

struct Repetition {
  std::uint64_t min = 0;             // saturated
  std::optional<std::uint64_t> max;  // nullopt: without end
  bool is_lazy = false;
};

enum class Place : std::uint8_t { kInClass, kOutsideClass };

class UnitScan {
 public:
  explicit UnitScan(std::u16string_view text) : text_(text) {}

  [[nodiscard]] auto at_end() const -> bool { return at_ == text_.size(); }
  [[nodiscard]] auto peek() const -> char16_t { return at_end() ? u'\0' : text_[at_]; }
  [[nodiscard]] auto rest() const -> std::u16string_view { return text_.substr(at_); }
  auto take() -> char16_t { return text_[at_++]; }
  void step_back() { --at_; }
  // Whether `piece` comes next; then it is passed.
  auto skip(std::u16string_view piece) -> bool;

  // A group's name and the '>' behind it; nothing is taken where there is none.
  auto take_name() -> std::optional<std::u16string>;
  // "*", "+", "?", "{2,3}" and the '?' of a lazy one.
  auto take_repetition() -> std::optional<Repetition>;
  [[nodiscard]] auto peek_repetition() const -> bool {
    return UnitScan(*this).take_repetition().has_value();
  }

  // Behind a backslash. The number of a group that there is:
  auto take_reference(std::size_t group_count) -> std::optional<std::size_t>;
  // d, D, s, S, w, W:
  auto take_set() -> std::optional<UnitSet>;
  // Any other: control, octal, hexadecimal, or the unit itself.
  auto take_escaped(Place place) -> char16_t;

 private:
  auto take_hex(std::size_t digits) -> std::optional<char16_t>;
  auto take_control(Place place) -> char16_t;
  auto take_octal() -> char16_t;
  auto take_number() -> std::optional<std::uint64_t>;

  std::u16string_view text_;
  std::size_t at_ = 0;
};

// The groups of a whole pattern. names[i] is that of group numbers[i]; empty if it is no name.
struct GroupNames {
  std::size_t count = 0;
  std::vector<std::u16string> names;
  std::vector<std::size_t> numbers;
};
[[nodiscard]] auto find_groups(std::u16string_view pattern) -> GroupNames;

// Writes PCRE2's form of a literal unit, and of a set with its brackets.
void append_unit(std::u16string& out, char16_t unit);
void append_ranges(std::u16string& out, UnitSet const& set);
void append_set(std::u16string& out, UnitSet const& set);

}  // namespace treadle::expr::jsonata
