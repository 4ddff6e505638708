// Responses and requests as bytes on the wire.
// Source: RFC 9112; RFC 9110, section 6.6.1 (Date).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/net/http_message.h"

namespace treadle::net {

enum class BodyOnWire : std::uint8_t { kSent, kLeftOut };  // left out in answer to HEAD
// How the client finds the end of the body.
enum class BodyEnd : std::uint8_t { kLength, kLastChunk, kConnectionEnd };

// What a response needs to know of the request it answers.
struct ResponseFrame {
  RequestId id;
  BodyOnWire body = BodyOnWire::kSent;
  AfterResponse after = AfterResponse::kKeepOpen;
  int minor_version = 1;  // of the request
  BodyEnd body_end = BodyEnd::kLength;
};

// Whether an answer of that status may have a body.
[[nodiscard]] auto may_have_body(int status) -> bool;

// Names of fields that the server alone writes, or that HTTP/2 has no use for.
[[nodiscard]] auto is_server_field(std::string_view name) -> bool;

// Appends status line and fields, and the body where its end is kLength. Nothing of `response` can break out of its field: see
// Response. `date` is the value of the Date field.
void append_response(std::string& out, Response const& response, ResponseFrame const& frame,
                     std::string_view date);

// Appends `bytes`, of which there are some, as a chunk; what ends the last.
void append_chunk(std::string& out, std::string_view bytes);
std::string_view inline constexpr kLastChunk = "0\r\n\r\n";

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
