// Responses and requests as bytes on the wire.
// Source: RFC 9112; RFC 9110, section 6.6.1 (Date).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/net/http_message.h"

namespace treadle::net {

enum class BodyOnWire : std::uint8_t { kSent, kLeftOut };  // left out in answer to HEAD

// What a response needs to know of the request it answers.
struct ResponseFrame {
  RequestId id;
  BodyOnWire body = BodyOnWire::kSent;
  AfterResponse after = AfterResponse::kKeepOpen;
  int minor_version = 1;  // of the request
};

// Appends status line, fields and body. Nothing of `response` can break out of its field: see
// Response. `date` is the value of the Date field.
void append_response(std::string& out, Response const& response, ResponseFrame const& frame,
                     std::string_view date);

// Appends a request with its body. Host, Connection and Content-Length are left as they are in
// `headers`, but Content-Length is added where it is missing and there is a body or the method
// expects one.
void append_request(std::string& out, std::string_view method, std::string_view target,
                    Headers const& headers, std::string_view body);

// "Sun, 06 Nov 1994 08:49:37 GMT" for seconds since 1970.
[[nodiscard]] auto to_http_date(std::int64_t seconds) -> std::string;
// The same for now, valid until the thread's next call.
[[nodiscard]] auto http_date_now() -> std::string_view;

}  // namespace treadle::net
