// Functions between texts and what they encode. Source: Terraform language documentation, "Encoding
// Functions", "Filesystem Functions" (those that look at the path alone).
//
// DIFFERS: yamlencode is not among them; definitions are JSON.
#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/import/terraform/functions.h"
#include "treadle/import/yaml.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/value.h"

namespace treadle::import::terraform {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (char const c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_json(std::string& out, Value const& value) {
  switch (value.kind()) {
    case Value::Kind::kNull: out += "null"; return;
    case Value::Kind::kString: append_json_string(out, value.as_string()); return;
    case Value::Kind::kBool:
    case Value::Kind::kNumber: out += *to_text(value); return;
    case Value::Kind::kList: {
      char separator = '[';
      for (auto const& element : value.elements()) {
        out += separator;
        append_json(out, element);
        separator = ',';
      }
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case Value::Kind::kObject: {
      char separator = '{';
      for (auto const& [key, member] : value.members()) {
        out += separator;
        append_json_string(out, key);
        out += ':';
        append_json(out, member);
        separator = ',';
      }
      out += separator == '{' ? "{}" : "}";
      return;
    }
  }
}

auto from_json(json::Value value) -> Value {
  switch (value.kind()) {
    case json::Kind::kNull: return {};
    case json::Kind::kBool: return Value::boolean(value.as_bool());
    case json::Kind::kNumber: return Value::number(parse_number(value.number_text()).value_or(0));
    case json::Kind::kString: return Value::string(std::string(value.as_string()));
    case json::Kind::kArray: {
      std::vector<Value> elements;
      for (auto const element : value.elements()) elements.push_back(from_json(element));
      return Value::list(std::move(elements));
    }
    case json::Kind::kObject: {
      std::vector<Member> members;
      for (auto const& [key, member] : value.members())
        members.push_back({std::string(key), from_json(member)});
      return Value::object(std::move(members));
    }
  }
  return {};
}

auto from_yaml(yaml::Node const& node) -> Value {
  switch (node.kind()) {
    case yaml::Node::Kind::kNull: return {};
    case yaml::Node::Kind::kList: {
      std::vector<Value> elements;
      for (auto const& element : node.elements()) elements.push_back(from_yaml(element));
      return Value::list(std::move(elements));
    }
    case yaml::Node::Kind::kMap: {
      std::vector<Member> members;
      for (auto const& [key, member] : node.members())
        members.push_back({std::string(key.text()), from_yaml(member)});
      return Value::object(std::move(members));
    }
    case yaml::Node::Kind::kScalar: break;
  }
  std::string const text(node.text());
  if (node.is_quoted()) return Value::string(text);
  if (text == "true" || text == "false") return Value::boolean(text == "true");
  if (auto const number = parse_number(text)) return Value::number(*number);
  return Value::string(text);
}

auto jsonencode(Arguments arguments) -> FunctionResult {
  auto text = encode_json(arguments[0]);
  TRY(check_size(text.size()));
  return Value::encoded_json(std::move(text));
}

auto jsondecode(Arguments arguments) -> FunctionResult {
  auto const text = TRY(text_argument(arguments, 0));
  json::Arena arena;
  auto const parsed = json::parse(arena, text, {.depth_max = Value::kDepthMax});
  if (!parsed) return std::unexpected("expected JSON: " + parsed.error().to_string());
  return from_json(*parsed);
}

auto yamldecode(Arguments arguments) -> FunctionResult {
  auto const parsed =
      yaml::parse(TRY(text_argument(arguments, 0)), {.depth_max = Value::kDepthMax});
  if (!parsed) return std::unexpected("expected YAML: " + parsed.error().to_string());
  return from_yaml(*parsed);
}

auto base64encode(Arguments arguments) -> FunctionResult {
  auto const text = TRY(text_argument(arguments, 0));
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = (bits << 8U) | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j > text.size() ? '=' : kBase64[(bits >> (18U - 6U * j)) & 0x3FU];
  }
  return Value::string(std::move(out));
}

auto base64decode(Arguments arguments) -> FunctionResult {
  auto text = TRY(text_argument(arguments, 0));
  if (text.size() % 4 != 0) return std::unexpected("expected base64");
  text.erase(text.find_last_not_of('=') + 1);
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (char const c : text) {
    auto const value = kBase64.find(c);
    if (value == std::string_view::npos) return std::unexpected("expected base64");
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xFFU);
    }
  }
  if (!utf8::is_valid(out)) return std::unexpected("expected base64 of UTF-8 text");
  return Value::string(std::move(out));
}

auto urlencode(Arguments arguments) -> FunctionResult {
  std::string out;
  for (char const c : TRY(text_argument(arguments, 0))) {
    bool const is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || std::string_view("-_.~").contains(c);
    if (is_plain) {
      out += c;
    } else {
      out += c == ' ' ? "+" : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return Value::string(std::move(out));
}

auto basename(Arguments arguments) -> FunctionResult {
  auto path = TRY(text_argument(arguments, 0));
  path.erase(path.find_last_not_of('/') + 1);
  auto const slash = path.rfind('/');
  return Value::string(slash == std::string::npos ? path : path.substr(slash + 1));
}

auto dirname(Arguments arguments) -> FunctionResult {
  auto const path = TRY(text_argument(arguments, 0));
  auto const slash = path.rfind('/');
  if (slash == std::string::npos) return Value::string(".");
  return Value::string(slash == 0 ? "/" : path.substr(0, slash));
}

constexpr Function kFunctions[] = {
    {"jsonencode", 1, 1, jsonencode},     {"jsondecode", 1, 1, jsondecode},
    {"yamldecode", 1, 1, yamldecode},     {"base64encode", 1, 1, base64encode},
    {"base64decode", 1, 1, base64decode}, {"urlencode", 1, 1, urlencode},
    {"basename", 1, 1, basename},         {"dirname", 1, 1, dirname},
};

}  // namespace

auto encode_json(Value const& value) -> std::string {
  std::string out;
  append_json(out, value);
  return out;
}

auto encoding_functions() -> std::span<Function const> { return kFunctions; }

}  // namespace treadle::import::terraform
