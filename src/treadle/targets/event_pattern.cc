#include "treadle/targets/event_pattern.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace treadle::targets {
namespace {

using json::Value;
using Kind = json::Kind;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kStarsMax = 16;

auto lower(std::string_view text) -> std::string {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return out;
}

// Whether `text` is `pattern`, in which '*' is anything and '\' makes the next character plain.
auto matches_wildcard(std::string_view pattern, std::string_view text) -> bool {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    bool const is_star = p < pattern.size() && pattern[p] == '*';
    bool const is_escape = p + 1 < pattern.size() && pattern[p] == '\\';
    if (is_star) {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p + (is_escape ? 1 : 0)] == text[t]) {
      p += is_escape ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct Address {
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  // 32 or 128; 0: none
};

auto parse_address(std::string_view text) -> Address {
  Address out;
  std::string const copy(text);
  if (inet_pton(AF_INET, copy.c_str(), out.bytes.data()) == 1)
    out.bits = 32;
  else if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1)
    out.bits = 128;
  return out;
}

struct Network {
  Address address;
  int prefix = -1;  // -1: not a network
};

auto parse_cidr(std::string_view text) -> Network {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  Network out{.address = parse_address(text.substr(0, slash))};
  auto const digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos)
    return {};
  int prefix = 0;
  for (char const c : digits) prefix = prefix * 10 + (c - '0');
  if (out.address.bits == 0 || prefix > out.address.bits) return {};
  out.prefix = prefix;
  return out;
}

auto is_in(Network const& network, std::string_view text) -> bool {
  auto const address = parse_address(text);
  if (network.prefix < 0 || address.bits != network.address.bits) return false;
  for (int bit = 0; bit < network.prefix; ++bit) {
    auto const byte = static_cast<std::size_t>(bit / 8);
    auto const mask = 0x80U >> static_cast<unsigned>(bit % 8);
    if (((address.bytes[byte] ^ network.address.bytes[byte]) & mask) != 0) return false;
  }
  return true;
}

// ["=", 5], [">", 0, "<=", 10]
auto matches_numbers(Value conditions, Value value) -> bool {
  if (!value.is_number()) return false;
  auto const number = value.as_double();
  auto const parts = conditions.elements();
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    auto const op = parts[i].as_string();
    auto const bound = parts[i + 1].as_double();
    bool const holds = op == "="    ? number == bound
                       : op == "<"  ? number < bound
                       : op == "<=" ? number <= bound
                       : op == ">"  ? number > bound
                                    : number >= bound;
    if (!holds) return false;
  }
  return true;
}

auto matches_text(std::string_view op, Value operand, Value value) -> bool {
  if (!value.is_string()) return false;
  auto const text = value.as_string();
  if (operand.is_array())  // one of them; of anything-but
    return std::ranges::any_of(operand.elements(),
                               [&](Value one) { return matches_text(op, one, value); });
  if (operand.is_object()) {  // {"prefix": {"equals-ignore-case": ...}}
    auto const wanted = lower(operand.members()[0].value.as_string());
    return op == "prefix" ? lower(text).starts_with(wanted) : lower(text).ends_with(wanted);
  }
  auto const wanted = operand.as_string();
  if (op == "prefix") return text.starts_with(wanted);
  if (op == "suffix") return text.ends_with(wanted);
  if (op == "equals-ignore-case") return lower(text) == lower(wanted);
  if (op == "wildcard") return matches_wildcard(wanted, text);
  return op == "cidr" && is_in(parse_cidr(wanted), text);
}

auto is_excluded(Value operand, Value value) -> bool {
  if (operand.is_object()) {
    auto const& only = operand.members()[0];
    return matches_text(only.key, only.value, value);
  }
  if (!operand.is_array()) return json::equal(operand, value);
  return std::ranges::any_of(operand.elements(),
                             [&](Value one) { return json::equal(one, value); });
}

// One condition against one value that is there and no array.
auto matches_condition(Value condition, Value value) -> bool {
  if (!condition.is_object()) return json::equal(condition, value);
  auto const& only = condition.members()[0];
  if (only.key == "exists") return only.value.as_bool() && !value.is_object();
  if (value.is_object()) return false;
  if (only.key == "numeric") return matches_numbers(only.value, value);
  if (only.key == "anything-but") return !is_excluded(only.value, value);
  return matches_text(only.key, only.value, value);
}

auto matches_field(Value conditions, Value const* value) -> bool {
  return std::ranges::any_of(conditions.elements(), [&](Value condition) {
    auto const* const exists = condition.find("exists");
    if (value == nullptr) return exists != nullptr && !exists->as_bool();
    if (!value->is_array()) return matches_condition(condition, *value);
    if (exists != nullptr) return exists->as_bool() == (value->size() > 0);
    return std::ranges::any_of(value->elements(),
                               [&](Value one) { return matches_condition(condition, one); });
  });
}

auto matches_member(json::Member const& member, Value event) -> bool {
  if (member.key == "$or" && member.value.is_array())
    return std::ranges::any_of(member.value.elements(),
                               [&](Value one) { return matches_pattern(one, event); });
  auto const* const value = event.find(member.key);
  if (member.value.is_array()) return matches_field(member.value, value);
  if (value == nullptr) return matches_pattern(member.value, Value());
  if (!value->is_array()) return matches_pattern(member.value, *value);
  return std::ranges::any_of(value->elements(),
                             [&](Value one) { return matches_pattern(member.value, one); });
}

auto is_scalar(Value value) -> bool { return !value.is_array() && !value.is_object(); }

auto check_numeric(Value operand) -> bool {
  if (!operand.is_array() || operand.size() == 0 || operand.size() % 2 != 0) return false;
  constexpr std::string_view kOperators[] = {"=", "<", "<=", ">", ">="};
  for (std::size_t i = 0; i < operand.size(); i += 2) {
    auto const op = operand.elements()[i];
    if (!op.is_string() || !std::ranges::count(kOperators, op.as_string()) ||
        !operand.elements()[i + 1].is_number())
      return false;
  }
  return true;
}

auto check_text(std::string_view op, Value operand) -> bool {
  if (operand.is_object())
    return (op == "prefix" || op == "suffix") && operand.size() == 1 &&
           operand.members()[0].key == "equals-ignore-case" &&
           operand.members()[0].value.is_string();
  if (!operand.is_string()) return false;
  if (op == "wildcard")
    return static_cast<std::size_t>(std::ranges::count(operand.as_string(), '*')) <= kStarsMax &&
           operand.as_string().find("**") == std::string_view::npos;
  return op != "cidr" || parse_cidr(operand.as_string()).prefix >= 0;
}

auto is_text_operator(std::string_view op) -> bool {
  constexpr std::string_view kOperators[] = {"prefix", "suffix", "equals-ignore-case", "wildcard",
                                             "cidr"};
  return std::ranges::count(kOperators, op) > 0;
}

auto check_anything_but(Value operand) -> bool {
  if (operand.is_array())
    return operand.size() > 0 && std::ranges::all_of(operand.elements(), is_scalar);
  if (!operand.is_object()) return true;
  if (operand.size() != 1) return false;
  auto const& only = operand.members()[0];
  if (!is_text_operator(only.key) || only.key == "cidr") return false;
  if (!only.value.is_array()) return check_text(only.key, only.value) && !only.value.is_object();
  return only.value.size() > 0 && std::ranges::all_of(only.value.elements(), [&](Value one) {
           return one.is_string() && check_text(only.key, one);
         });
}

auto check_condition(Value condition) -> std::optional<std::string> {
  if (is_scalar(condition)) return std::nullopt;
  if (!condition.is_object() || condition.size() != 1)
    return "Match value must be String, number, true, false, or null";
  auto const& only = condition.members()[0];
  bool is_good = false;
  if (only.key == "exists")
    is_good = only.value.is_bool();
  else if (only.key == "numeric")
    is_good = check_numeric(only.value);
  else if (only.key == "anything-but")
    is_good = check_anything_but(only.value);
  else if (is_text_operator(only.key))
    is_good = check_text(only.key, only.value);
  else
    return fmt::format("Unrecognized match type {}", only.key);
  if (is_good) return std::nullopt;
  return fmt::format("Bad value of match type {}", only.key);
}

auto check_at(Value pattern, std::size_t depth) -> std::optional<std::string> {
  if (!pattern.is_object()) return "Filter is not an object";
  if (pattern.size() == 0) return "Empty objects are not allowed";
  if (depth > kDepthMax) return "The pattern is nested too deeply";
  for (auto const& [key, value] : pattern.members()) {
    if (value.is_object()) {
      if (auto problem = check_at(value, depth + 1)) return problem;
      continue;
    }
    if (!value.is_array()) return fmt::format("\"{}\" must be an object or an array", key);
    if (value.size() == 0) return "Empty arrays are not allowed";
    for (auto const& one : value.elements())
      if (auto problem = key == "$or" ? check_at(one, depth + 1) : check_condition(one))
        return problem;
  }
  return std::nullopt;
}

}  // namespace

auto check_pattern(Value pattern) -> std::optional<std::string> { return check_at(pattern, 0); }

auto matches_pattern(Value pattern, Value event) -> bool {
  return std::ranges::all_of(
      pattern.members(), [&](json::Member const& member) { return matches_member(member, event); });
}

}  // namespace treadle::targets
