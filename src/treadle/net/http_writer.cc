#include "treadle/net/http_writer.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "treadle/net/http_head.h"

namespace treadle::net {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_fields_of(std::string& out, Response const& response) {
  for (auto const& field : response.headers) {
    if (is_server_field(field.name) || !is_token(field.name) || !is_field_value(field.value))
      continue;
    append_field(out, field.name, field.value);
  }
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
  } else {
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
  }
}

}  // namespace

auto is_server_field(std::string_view name) -> bool {
  std::string_view constexpr kOurs[] = {"Content-Type", "Content-Length",    "Date",
                                        "Connection",   "Transfer-Encoding", "x-amzn-RequestId",
                                        "Keep-Alive",   "Proxy-Connection",  "Upgrade"};
  return std::ranges::any_of(kOurs, [&](auto ours) { return equals_ignoring_case(name, ours); });
}

auto may_have_body(int status) -> bool { return status != 204 && status != 304; }

void append_response(std::string& out, Response const& response, ResponseFrame const& frame,
                     std::string_view date) {
  auto const has_body = may_have_body(response.status);
  auto const has_length = frame.body_end == BodyEnd::kLength;
  append_status_line(out, response.status);
  append_field(out, "x-amzn-RequestId", frame.id.view());
  if (!response.content_type.empty() && is_field_value(response.content_type)) {
    append_field(out, "Content-Type", response.content_type);
  }
  if (has_body && has_length)
    append_field(out, "Content-Length", fmt::format_int(response.body.size()).c_str());
  if (has_body && frame.body_end == BodyEnd::kLastChunk)
    append_field(out, "Transfer-Encoding", "chunked");
  append_field(out, "Date", date);
  if (frame.after == AfterResponse::kClose) {
    append_field(out, "Connection", "close");
  } else if (frame.minor_version == 0) {
    append_field(out, "Connection", "keep-alive");
  }
  append_fields_of(out, response);
  out.append("\r\n");
  if (has_body && has_length && frame.body == BodyOnWire::kSent) out.append(response.body);
}

void append_chunk(std::string& out, std::string_view bytes) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", bytes.size());
  out.append(bytes).append("\r\n");
}

void append_request(std::string& out, std::string_view method, std::string_view target,
                    Headers const& headers, std::string_view body) {
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  for (auto const& field : headers) append_field(out, field.name, field.value);
  auto const states_length =
      !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (states_length && headers.count("Content-Length") == 0) {
    append_field(out, "Content-Length", fmt::format_int(body.size()).c_str());
  }
  out.append("\r\n").append(body);
}

auto to_http_date(std::int64_t seconds) -> std::string {
  std::string_view constexpr kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  std::string_view constexpr kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const time = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  auto const day = std::chrono::floor<std::chrono::days>(time);
  auto const date = std::chrono::year_month_day(day);
  auto const clock = std::chrono::hh_mm_ss(time - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

auto http_date_now() -> std::string_view {
  thread_local auto second = std::int64_t{-1};
  thread_local auto text = std::string();
  auto now = timespec{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);  // a few milliseconds old, and much cheaper
  if (now.tv_sec != second) {
    second = now.tv_sec;
    text = to_http_date(second);
  }
  return text;
}

}  // namespace treadle::net
