// What the services share: problems, JSON and XML text, forms.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/clock.h"
#include "treadle/json/value.h"
#include "treadle/net/http_message.h"

namespace treadle::targets {

// An answer that refuses.
struct Problem {
  int status = 400;
  std::string code;
  std::string message;
};
using Answer = std::expected<std::string, Problem>;  // JSON text, or XML of the query protocol

[[nodiscard]] inline auto refuse(std::string code, std::string message, int status = 400)
    -> std::unexpected<Problem> {
  return std::unexpected(Problem{status, std::move(code), std::move(message)});
}

// Where ARNs and ids come from.
struct Scope {
  std::string region;
  std::string account;
  Clock const* clock = nullptr;
  Random* random = nullptr;

  [[nodiscard]] auto now() const -> std::int64_t {  // milliseconds since 1970
    return clock->now().time_since_epoch().count();
  }
  [[nodiscard]] auto uuid() const -> std::string;
};

// A JSON object, member by member.
class Object {
 public:
  auto text(std::string_view key, std::string_view value) -> Object&;
  auto number(std::string_view key, std::int64_t value) -> Object&;
  auto raw(std::string_view key, std::string_view json) -> Object&;  // JSON text
  [[nodiscard]] auto str() const -> std::string { return out_ + '}'; }

 private:
  std::string out_ = "{";
};
void append_element(std::string& array, std::string_view json);  // to "[...": with its comma

// The text of a member that is a string, else of a scalar as it is written; empty if there is none.
[[nodiscard]] auto member_text(json::Value object, std::string_view key) -> std::string_view;
[[nodiscard]] auto member_int(json::Value object, std::string_view key)
    -> std::optional<std::int64_t>;
[[nodiscard]] auto parse_int(std::string_view text) -> std::optional<std::int64_t>;

[[nodiscard]] auto xml_escape(std::string_view text) -> std::string;
// "<tag>escaped</tag>".
[[nodiscard]] auto xml(std::string_view tag, std::string_view text) -> std::string;

using Form = std::map<std::string, std::string, std::less<>>;
// A query or a form; the first of repeated names counts.
[[nodiscard]] auto parse_form(std::string_view text) -> Form;
[[nodiscard]] auto find(Form const& form, std::string_view name) -> std::string_view;
// Message attributes of SQS and SNS, "PREFIX1.Name", "PREFIX1.Value.DataType" and so on, at most 100, as
// the object {name: {DataType, StringValue or BinaryValue}}; empty if there are none.
[[nodiscard]] auto form_attributes(Form const& form, std::string_view prefix) -> std::string;

[[nodiscard]] auto json_response(Answer const& answer, std::string_view content_type)
    -> net::Response;
// {"OPResponse": {"OPResult": body}} of the query protocol.
[[nodiscard]] auto query_response(Answer const& answer, std::string_view operation,
                                  std::string_view name_space, std::string_view request_id)
    -> net::Response;

}  // namespace treadle::targets
