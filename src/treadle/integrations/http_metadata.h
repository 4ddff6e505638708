// What outputs of optimized integrations say of the HTTP answer they were made from.
// Source: recorded histories.
#pragma once

#include <string>
#include <string_view>

#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/net/http_message.h"

namespace treadle::integrations {

// `text` where it is UTF-8; else its bytes taken for ISO 8859-1, as old servers write headers.
[[nodiscard]] auto to_utf8(std::string_view text) -> std::string;

// {"AllHttpHeaders":{NAME:[VALUE,...]},"HttpHeaders":{NAME:VALUE},"HttpStatusCode":N}: every value
// of every name in the order of their first coming; the first value of each, by name.
[[nodiscard]] auto http_metadata(json::Arena& arena, int status, net::Headers const& headers)
    -> json::Value;

// Its first member alone: every value of every name.
[[nodiscard]] auto all_headers(json::Arena& arena, net::Headers const& headers) -> json::Value;

// {"RequestId":...}
[[nodiscard]] auto response_metadata(json::Arena& arena, std::string_view request_id)
    -> json::Value;

}  // namespace treadle::integrations
