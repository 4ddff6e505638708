#include "treadle/targets/message.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "treadle/base/random.h"
#include "treadle/base/utf8.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::targets {
namespace {

constexpr std::size_t kFormFieldsMax = 2'000;

auto form_decode(std::string_view text) -> std::string {
  std::string spaced(text);
  for (auto& c : spaced)
    if (c == '+') c = ' ';
  return net::percent_decode(spaced).value_or(spaced);
}

}  // namespace

auto Scope::uuid() const -> std::string {
  auto const high = random->next_u64();
  return uuid_v4(high, random->next_u64());
}

auto Object::raw(std::string_view key, std::string_view json) -> Object& {
  if (out_.size() > 1) out_ += ',';
  json::append_string(out_, key);
  out_ += ':';
  out_ += json;
  return *this;
}
auto Object::text(std::string_view key, std::string_view value) -> Object& {
  return raw(key, json::print_string(value));
}
auto Object::number(std::string_view key, std::int64_t value) -> Object& {
  return raw(key, std::to_string(value));
}

void append_element(std::string& array, std::string_view json) {
  if (array.size() > 1) array += ',';
  array += json;
}

auto member_text(json::Value object, std::string_view key) -> std::string_view {
  auto const* const value = object.find(key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->as_string();
  if (value->is_number()) return value->number_text();
  if (value->is_bool()) return value->as_bool() ? "true" : "false";
  return {};
}

auto parse_int(std::string_view text) -> std::optional<std::int64_t> {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

auto member_int(json::Value object, std::string_view key) -> std::optional<std::int64_t> {
  return parse_int(member_text(object, key));
}

auto xml_escape(std::string_view text) -> std::string {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#13;"; break;
      default: out += c;
    }
  }
  return out;
}

auto xml(std::string_view tag, std::string_view text) -> std::string {
  return fmt::format("<{0}>{1}</{0}>", tag, xml_escape(text));
}

auto parse_form(std::string_view text) -> Form {
  Form form;
  while (!text.empty() && form.size() < kFormFieldsMax) {
    auto const end = std::min(text.find('&'), text.size());
    auto const field = text.substr(0, end);
    auto const equals = std::min(field.find('='), field.size());
    auto name = form_decode(field.substr(0, equals));
    auto value = form_decode(field.substr(std::min(equals + 1, field.size())));
    if (utf8::is_valid(name) && utf8::is_valid(value))
      form.emplace(std::move(name), std::move(value));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return form;
}

auto find(Form const& form, std::string_view name) -> std::string_view {
  auto const found = form.find(name);
  return found == form.end() ? std::string_view() : std::string_view(found->second);
}

auto form_attributes(Form const& form, std::string_view prefix) -> std::string {
  constexpr int kMost = 100;
  Object out;
  int count = 0;
  for (; count < kMost; ++count) {
    auto const at = fmt::format("{}{}.", prefix, count + 1);
    auto const name = find(form, at + "Name");
    if (name.empty()) break;
    Object value;
    for (std::string_view const part : {"DataType", "StringValue", "BinaryValue"})
      if (auto const found = form.find(at + "Value." + std::string(part)); found != form.end())
        value.text(part, found->second);
    out.raw(name, value.str());
  }
  return count == 0 ? "" : out.str();
}

auto json_response(Answer const& answer, std::string_view content_type) -> net::Response {
  net::Response response;
  response.content_type = content_type;
  if (answer) {
    response.body = *answer;
    return response;
  }
  auto const& problem = answer.error();
  response.status = problem.status;
  response.body = Object().text("__type", problem.code).text("message", problem.message).str();
  response.headers.add("x-amzn-ErrorType", problem.code);
  return response;
}

auto query_response(Answer const& answer, std::string_view operation, std::string_view name_space,
                    std::string_view request_id) -> net::Response {
  net::Response response;
  response.content_type = "text/xml";
  if (answer) {
    response.body = fmt::format(
        "<{0}Response xmlns=\"{1}\"><{0}Result>{2}</{0}Result><ResponseMetadata>"
        "<RequestId>{3}</RequestId></ResponseMetadata></{0}Response>",
        xml_escape(operation), name_space, *answer, request_id);
    return response;
  }
  auto const& problem = answer.error();
  response.status = problem.status;
  response.body = fmt::format(
      "<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type>{}{}</Error>"
      "<RequestId>{}</RequestId></ErrorResponse>",
      name_space, problem.status < 500 ? "Sender" : "Receiver", xml("Code", problem.code),
      xml("Message", problem.message), request_id);
  return response;
}

}  // namespace treadle::targets
