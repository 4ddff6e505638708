#include "treadle/integrations/optimized/http_parameters.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/asl/unsupported_headers.h"
#include "treadle/base/utf8.h"
#include "treadle/integrations/http_metadata.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::optimized {
namespace {

auto lower(std::string_view text) -> std::string {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

auto is_scalar(json::Value value) -> bool {
  return value.is_string() || value.is_number() || value.is_bool();
}

auto scalar_text(json::Value value) -> std::string {
  return value.is_string() ? std::string(value.as_string()) : json::print(value);
}

// Each scalar of a member: itself, or its elements.
auto scalars(json::Member const& member, std::string_view what, auto const& take) -> Checked<void> {
  auto const fits = [&](json::Value value) -> Checked<void> {
    if (value.is_null()) return {};
    if (is_scalar(value)) {
      take(scalar_text(value));
      return {};
    }
    return std::unexpected(fmt::format(
        "The value of '{}' in '{}' must be a string or a list of strings", member.key, what));
  };
  if (!member.value.is_array()) return fits(member.value);
  for (auto const element : member.value.elements()) TRY(fits(element));
  return {};
}

// Writes "name=value" pairs of nested values.
class FormWriter {
 public:
  explicit FormWriter(ArrayFormat format) : format_(format) {}

  void write(std::string const& name, json::Value value) {
    if (value.is_object()) {
      for (auto const& member : value.members())
        write(fmt::format("{}[{}]", name, member.key), member.value);
    } else if (value.is_array()) {
      write_array(name, value);
    } else {
      pair(name, value.is_null() ? std::string() : scalar_text(value));
    }
  }
  auto take() -> std::string { return std::move(out_); }

 private:
  void write_array(std::string const& name, json::Value array) {
    if (format_ == ArrayFormat::kCommas) {
      std::string joined;
      for (auto const element : array.elements())
        joined += (joined.empty() ? "" : ",") + scalar_text(element);
      return pair(name, joined);
    }
    std::size_t index = 0;
    for (auto const element : array.elements()) {
      auto const at = index++;
      write(format_ == ArrayFormat::kIndices    ? fmt::format("{}[{}]", name, at)
            : format_ == ArrayFormat::kBrackets ? name + "[]"
                                                : name,
            element);
    }
  }

  void pair(std::string_view name, std::string_view value) {
    if (!out_.empty()) out_ += '&';
    out_ += net::percent_encode(name) + "=" + net::percent_encode(value);
  }

  ArrayFormat format_;
  std::string out_;
};

auto content_type(net::ClientResponse const& response) -> std::string {
  return lower(response.headers.find("Content-Type").value_or(""));
}

}  // namespace

auto read_headers(std::string_view service, json::Value object) -> Checked<net::Headers> {
  net::Headers headers;
  if (object.is_null()) return headers;
  constexpr auto kWrongForm = "The value of the field 'Headers' has an invalid format";
  if (!object.is_object()) return std::unexpected(kWrongForm);
  if (auto const names = asl::unsupported_headers(service, object); !names.empty())
    return std::unexpected(asl::unsupported_headers_message(names));
  for (auto const& member : object.members()) {
    bool const is_form = member.value.is_array() || service != "apigateway";
    auto const add = [&](std::string const& text) { headers.add(member.key, text); };
    if (!is_form || !scalars(member, "Headers", add)) return std::unexpected(kWrongForm);
  }
  return headers;
}

auto read_query(json::Value object) -> Checked<std::vector<QueryField>> {
  std::vector<QueryField> fields;
  if (object.is_null()) return fields;
  if (!object.is_object()) return std::unexpected("The field 'QueryParameters' must be an object");
  for (auto const& member : object.members())
    TRY(scalars(member, "QueryParameters", [&](std::string text) {
      fields.push_back({std::string(member.key), std::move(text)});
    }));
  return fields;
}

auto query_text(std::span<QueryField const> fields) -> std::string {
  std::string out;
  for (auto const& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += net::percent_encode(name) + "=" + net::percent_encode(value);
  }
  return out;
}

auto form_encode(json::Value object, ArrayFormat format) -> std::string {
  FormWriter writer(format);
  if (object.is_object())
    for (auto const& member : object.members()) writer.write(std::string(member.key), member.value);
  return writer.take();
}

auto without_nulls(json::Arena& arena, json::Value value) -> json::Value {
  if (value.is_object()) {
    std::vector<json::Member> members;
    for (auto const& member : value.members())
      if (!member.value.is_null())
        members.push_back({member.key, without_nulls(arena, member.value)});
    return json::make_object(arena, members);
  }
  if (!value.is_array()) return value;
  std::vector<json::Value> elements;
  for (auto const element : value.elements())
    if (!element.is_null()) elements.push_back(without_nulls(arena, element));
  return json::make_array(arena, elements);
}

auto http_output(net::ClientResponse const& response) -> std::string {
  json::Arena arena;
  auto body = json::make_string(arena, response.body);
  if (content_type(response).contains("json"))
    if (auto const parsed = json::parse(arena, response.body)) body = *parsed;
  json::Member const members[] = {
      {"Headers", all_headers(arena, response.headers)},
      {"ResponseBody", body},
      {"StatusCode", json::make_number(arena, std::int64_t{response.status})},
      {"StatusText", json::make_string(arena, net::reason_phrase(response.status))}};
  return json::print(json::make_object(arena, members));
}

auto is_text(net::ClientResponse const& response) -> bool {
  auto const type = content_type(response);
  for (auto const* prefix : {"application/octet-stream", "image/", "video/", "audio/"})
    if (type.starts_with(prefix)) return false;
  return utf8::is_valid(response.body);
}

auto refusal_cause(net::ClientResponse const& response) -> std::string_view {
  return response.body.empty() || !is_text(response) ? net::reason_phrase(response.status)
                                                     : std::string_view(response.body);
}

auto is_http_method(std::string_view method) -> bool {
  constexpr std::string_view kMethods[] = {"GET",   "POST", "PUT",    "DELETE",
                                           "PATCH", "HEAD", "OPTIONS"};
  return std::ranges::find(kMethods, method) != std::end(kMethods);
}

auto text_member(json::Value object, std::string_view name) -> Checked<std::string> {
  auto const* member = object.find(name);
  if (member == nullptr || member->is_null()) return std::string();
  if (member->is_string()) return std::string(member->as_string());
  return std::unexpected(fmt::format("The field '{}' must be a string", name));
}

}  // namespace treadle::integrations::optimized
