#include "treadle/expr/jsonata/integer_words.h"

#include <cmath>
#include <vector>

namespace treadle::expr::jsonata {

namespace {

struct Word {
  std::string_view cardinal;
  std::string_view ordinal;
  double value;
};

constexpr Word kWords[] = {
    {"zero", "zeroth", 0},
    {"one", "first", 1},
    {"two", "second", 2},
    {"three", "third", 3},
    {"four", "fourth", 4},
    {"five", "fifth", 5},
    {"six", "sixth", 6},
    {"seven", "seventh", 7},
    {"eight", "eighth", 8},
    {"nine", "ninth", 9},
    {"ten", "tenth", 10},
    {"eleven", "eleventh", 11},
    {"twelve", "twelfth", 12},
    {"thirteen", "thirteenth", 13},
    {"fourteen", "fourteenth", 14},
    {"fifteen", "fifteenth", 15},
    {"sixteen", "sixteenth", 16},
    {"seventeen", "seventeenth", 17},
    {"eighteen", "eighteenth", 18},
    {"nineteen", "nineteenth", 19},
    {"twenty", "twentieth", 20},
    {"thirty", "thirtieth", 30},
    {"forty", "fortieth", 40},
    {"fifty", "fiftieth", 50},
    {"sixty", "sixtieth", 60},
    {"seventy", "seventieth", 70},
    {"eighty", "eightieth", 80},
    {"ninety", "ninetieth", 90},
    {"hundred", "hundredth", 100},
    {"thousand", "thousandth", 1e3},
    {"million", "millionth", 1e6},
    {"billion", "billionth", 1e9},
    {"trillion", "trillionth", 1e12},
};

// The greatest word of at most `value`.
auto greatest_word(double value) -> Word const& {
  auto const* found = &kWords[0];
  for (auto const& word : kWords)
    if (word.value <= value) found = &word;
  return *found;
}

// What joins a number to a greater one in front of it.
auto joint_of(double rest) -> std::string_view { return rest < 100 ? " and " : ", "; }

auto lower(char32_t c) -> char32_t { return c >= U'A' && c <= U'Z' ? c + 32 : c; }

auto is_letter(char32_t c) -> bool { return lower(c) >= U'a' && lower(c) <= U'z'; }

auto begins_with(std::u32string_view text, std::string_view word) -> bool {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(text[i]) != static_cast<char32_t>(word[i])) return false;
  return true;
}

// The word that `text` begins with, up to where its letters end.
auto take_word(std::u32string_view text) -> std::optional<TakenInteger> {
  std::size_t length = 0;
  while (length < text.size() && is_letter(text[length])) ++length;
  for (auto const& word : kWords) {
    for (auto const name : {word.cardinal, word.ordinal})
      if (name.size() == length && begins_with(text, name)) return TakenInteger{word.value, length};
  }
  return std::nullopt;
}

// How long what stands between two words is; 0 if that is nothing.
auto joint_length(std::u32string_view text) -> std::size_t {
  for (std::string_view const joint : {" and ", ", ", " ", "-"})
    if (begins_with(text, joint)) return joint.size();
  return 0;
}

// Words as they come: small ones are added, great ones multiply what was not yet multiplied.
class Sum {
 public:
  void add(double value) {
    if (value >= 100) {
      parts_.back() *= value;
    } else if (parts_.back() >= 1000) {
      parts_.push_back(value);
    } else {
      parts_.back() += value;
    }
  }
  [[nodiscard]] auto total() const -> double {
    double total = 0;
    for (auto const part : parts_) total += part;
    return total;
  }

 private:
  std::vector<double> parts_{0.0};
};

}  // namespace

auto number_words(double value, Numbering numbering) -> std::string {
  auto const& word = greatest_word(value);
  auto const name = numbering == Numbering::kOrdinal ? word.ordinal : word.cardinal;
  if (word.value < 100) {
    auto const rest = value - word.value;
    if (rest <= 0) return std::string(name);
    return std::string(word.cardinal) + "-" + number_words(rest, numbering);
  }
  auto const count = std::floor(value / word.value);
  auto const rest = value - count * word.value;  // at 1e16 and more it may come out below 0
  auto const head = number_words(count, Numbering::kCardinal) + " ";
  if (rest <= 0) return head + std::string(name);
  return head + std::string(word.cardinal) + std::string(joint_of(rest)) +
         number_words(rest, numbering);
}

auto take_number_words(std::u32string_view text) -> std::optional<TakenInteger> {
  Sum sum;
  std::size_t end = 0;
  for (std::size_t at = 0;;) {
    auto const word = take_word(text.substr(at));
    if (!word) break;
    sum.add(word->value);
    end = at + word->length;
    auto const joint = joint_length(text.substr(end));
    if (joint == 0) break;
    at = end + joint;
  }
  if (end == 0) return std::nullopt;
  return TakenInteger{sum.total(), end};
}

}  // namespace treadle::expr::jsonata
