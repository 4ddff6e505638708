#include "treadle/expr/java_text.h"

#include <algorithm>
#include <cstdlib>
#include <span>

#include <double-conversion/double-conversion.h>

namespace treadle::expr {
namespace {

using double_conversion::DoubleToStringConverter;

void append_object(std::string& out, json::Value value) {
  out += '{';
  auto separator = std::string_view();
  for (auto const& member : value.members()) {
    out += separator;
    out += member.key;
    out += '=';
    append_java_text(out, member.value);
    separator = ", ";
  }
  out += '}';
}

void append_array(std::string& out, json::Value value) {
  out += '[';
  auto separator = std::string_view();
  for (auto element : value.elements()) {
    out += separator;
    append_java_text(out, element);
    separator = ", ";
  }
  out += ']';
}

// Digits without a point; `point` is where it stands, counted from the left.
auto plain(std::string_view digits, int point) -> std::string {
  if (point <= 0)
    return "0." + std::string(static_cast<std::size_t>(-point), '0') + std::string(digits);
  auto const before = static_cast<std::size_t>(point);
  if (digits.size() <= before)
    return std::string(digits) + std::string(before - digits.size(), '0') + ".0";
  return std::string(digits.substr(0, before)) + "." + std::string(digits.substr(before));
}

auto scientific(std::string_view digits, int point) -> std::string {
  auto text = std::string(digits.substr(0, 1)) + ".";
  text += digits.size() > 1 ? digits.substr(1) : std::string_view("0");
  return text + "E" + std::to_string(point - 1);
}

auto equal_elements(json::Value a, json::Value b) -> bool {
  return std::ranges::equal(a.elements(), b.elements(), java_equal);
}

auto equal_members(json::Value a, json::Value b) -> bool {
  if (a.size() != b.size()) return false;
  return std::ranges::all_of(a.members(), [&](json::Member const& member) {
    auto const* other = b.find(member.key);
    return other != nullptr && java_equal(member.value, *other);
  });
}

}  // namespace

void append_java_text(std::string& out, json::Value value) {
  switch (value.kind()) {
    case json::Kind::kNull: out += "null"; return;
    case json::Kind::kBool: out += value.as_bool() ? "true" : "false"; return;
    case json::Kind::kNumber: append_java_number(out, value.number_text()); return;
    case json::Kind::kString: out += value.as_string(); return;
    case json::Kind::kArray: append_array(out, value); return;
    case json::Kind::kObject: append_object(out, value); return;
  }
}

void append_java_number(std::string& out, std::string_view number_text) {
  if (is_java_integer(number_text))
    out += number_text == "-0" ? std::string_view("0") : number_text;
  else
    out += java_double(json::Value::number_text(number_text).as_double());
}

auto java_double(double number) -> std::string {
  char buffer[DoubleToStringConverter::kBase10MaximalLength + 1];
  bool negative = false;
  int length = 0;
  int point = 0;
  DoubleToStringConverter::DoubleToAscii(number, DoubleToStringConverter::SHORTEST, 0, buffer,
                                         sizeof buffer, &negative, &length, &point);
  auto const digits = std::string_view(buffer, static_cast<std::size_t>(length));
  auto const is_plain = number == 0 || (point > -3 && point <= 7);
  return (negative ? "-" : "") + (is_plain ? plain(digits, point) : scientific(digits, point));
}

auto is_java_integer(std::string_view number_text) -> bool {
  return number_text.find_first_of(".eE") == std::string_view::npos;
}

auto java_equal(json::Value a, json::Value b) -> bool {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::Kind::kNumber:
      return is_java_integer(a.number_text()) == is_java_integer(b.number_text()) &&
             json::equal(a, b);
    case json::Kind::kArray: return equal_elements(a, b);
    case json::Kind::kObject: return equal_members(a, b);
    default: return json::equal(a, b);
  }
}

}  // namespace treadle::expr
