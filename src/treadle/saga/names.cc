#include "treadle/saga/names.h"

#include <algorithm>
#include <map>
#include <set>

#include "treadle/base/limits.h"
#include "treadle/base/utf8.h"

namespace treadle::saga {
namespace {

auto is_upper(char c) -> bool { return c >= 'A' && c <= 'Z'; }
auto is_lower(char c) -> bool { return c >= 'a' && c <= 'z'; }
auto is_mark(char c) -> bool { return c == '-' || c == '_' || c == ' ' || c == '.'; }
auto upper(char c) -> char { return is_lower(c) ? static_cast<char>(c - 32) : c; }

// "ChargeCreditCard" is Charge, Credit, Card; "ship-HTTPOrder" is ship, HTTP, Order.
auto words_of(std::string_view name) -> std::vector<std::string> {
  std::vector<std::string> words;
  bool begins = true;
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto const c = name[i];
    if (is_mark(c)) {
      begins = true;
      continue;
    }
    bool const after_lower = i > 0 && !is_upper(name[i - 1]) && !is_mark(name[i - 1]);
    bool const before_lower = i + 1 < name.size() && is_lower(name[i + 1]);
    if (begins || (is_upper(c) && (after_lower || before_lower))) words.emplace_back();
    words.back() += c;
    begins = false;
  }
  return words;
}

auto join(std::string_view verb, std::vector<std::string> const& words, std::size_t from)
    -> std::string {
  std::string out(verb);
  for (auto i = from; i < words.size(); ++i) {
    out += upper(words[i].front());
    out += std::string_view(words[i]).substr(1);
  }
  return out;
}

// The first `characters` of it.
auto shortened(std::string const& text, std::size_t characters) -> std::string {
  auto out = text;
  while (utf8::count_code_points(out) > characters) {
    do {
      out.pop_back();
    } while (!out.empty() && !utf8::is_valid(out));
  }
  return out;
}

}  // namespace

auto names_after(std::string_view verb, std::vector<std::string> const& steps,
                 std::vector<std::string> const& taken) -> std::vector<std::string> {
  std::map<std::string, int> wanted;
  for (auto const& name : taken) wanted[name] += 2;
  std::vector<std::string> out;
  for (auto const& step : steps) {
    auto const words = words_of(step);
    out.push_back(shortened(join(verb, words, words.size() > 1 ? 1 : 0), limits::kNameChars));
    ++wanted[out.back()];
  }
  std::set<std::string> used(taken.begin(), taken.end());
  for (auto const& name : out)
    if (wanted[name] == 1) used.insert(name);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (wanted[out[i]] == 1) continue;
    auto const whole = shortened(join(verb, words_of(steps[i]), 0), limits::kNameChars);
    auto name = whole;
    for (int n = 2; !used.insert(name).second; ++n) {
      auto const number = std::to_string(n);
      name = shortened(whole, limits::kNameChars - number.size()) + number;
    }
    out[i] = name;
  }
  return out;
}

}  // namespace treadle::saga
