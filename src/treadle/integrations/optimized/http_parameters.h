// Headers, queries, bodies and outputs of tasks that call an HTTP endpoint by its URL.
// Source: Step Functions Developer Guide, "Call HTTPS APIs", "Call API Gateway".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/net/http_client.h"
#include "treadle/net/http_message.h"

namespace treadle::integrations::optimized {

template <typename T>
using Checked = Result<T, std::string>;  // an error is a sentence for the author of the definition

// From an object, for "apigateway" or "http" (asl/unsupported_headers.h). API Gateway takes a list of
// texts for each name, HTTP Tasks also a text.
[[nodiscard]] auto read_headers(std::string_view service, json::Value object)
    -> Checked<net::Headers>;

struct QueryField {
  std::string name;
  std::string value;
};
// From an object whose values are scalars or lists of scalars, a field for each.
[[nodiscard]] auto read_query(json::Value object) -> Checked<std::vector<QueryField>>;

// "a=b&c=d", percent-encoded.
[[nodiscard]] auto query_text(std::span<QueryField const> fields) -> std::string;

// How application/x-www-form-urlencoded writes an array.
enum class ArrayFormat : std::uint8_t { kIndices, kRepeat, kCommas, kBrackets };
// Members of members are written as "a[b]".
[[nodiscard]] auto form_encode(json::Value object, ArrayFormat format) -> std::string;

// `value` without members and elements that are null.
[[nodiscard]] auto without_nulls(json::Arena& arena, json::Value value) -> json::Value;

// {"Headers":{NAME:[...]},"ResponseBody":...,"StatusCode":N,"StatusText":...}. A body is JSON where
// its type says so and it is; else text.
[[nodiscard]] auto http_output(net::ClientResponse const& response) -> std::string;

// Whether the body can stand in an output: text, not sound, pictures or other bytes.
[[nodiscard]] auto is_text(net::ClientResponse const& response) -> bool;

// The cause of a status that is not 2xx: the body, else what the status means.
[[nodiscard]] auto refusal_cause(net::ClientResponse const& response) -> std::string_view;

// "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD" or "OPTIONS".
[[nodiscard]] auto is_http_method(std::string_view method) -> bool;

// The text of a member, empty where it is absent or null; an error where it is something else.
[[nodiscard]] auto text_member(json::Value object, std::string_view name) -> Checked<std::string>;

}  // namespace treadle::integrations::optimized
