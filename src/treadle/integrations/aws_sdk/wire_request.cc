#include "treadle/integrations/aws_sdk/wire_request.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "treadle/net/uri.h"

namespace treadle::integrations::aws_sdk {
namespace {

// XML says the same in more bytes than the JSON that is kept of it; what a payload may hold is
// checked on that.
constexpr std::size_t kAnswerBytesMax = 1'048'576;
constexpr Milliseconds kConnectTime = std::chrono::seconds(5);

// "Thu, 26 Nov 2026 20:55:00 GMT", as a Date header has it.
auto http_date(std::chrono::system_clock::time_point time) -> std::string {
  using namespace std::chrono;
  constexpr char const* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr char const* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const day = floor<days>(time);
  year_month_day const date(day);
  hh_mm_ss const clock(floor<seconds>(time - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

// The endpoint with the operation's own prefix before the host's name; at AWS itself only, since
// another server's name has no such neighbours.
auto base_url(ServiceRequest const& request, ServiceLocation const& location) -> std::string {
  if (request.host_prefix.empty() || location.kind != ServiceLocation::Kind::kAws)
    return location.url;
  auto const host = location.url.find("://") + 3;
  return location.url.substr(0, host) + request.host_prefix + location.url.substr(host);
}

}  // namespace

auto to_http(ServiceRequest const& request, WireContext const& context,
             std::optional<net::Credentials> const& keys) -> net::ClientRequest {
  net::ClientRequest http;
  http.method = request.method;
  http.url = base_url(request, context.location) + request.target;
  http.headers = request.headers;
  http.headers.set("Host", authority_of(http.url));
  http.body = request.body;
  http.deadlines = {.connect = std::min(kConnectTime, context.time_left),
                    .first_byte = context.time_left,
                    .total = context.time_left};
  http.max_response_bytes = kAnswerBytesMax;
  if (!keys) return http;
  auto const parts = net::split_absolute(http.url);
  net::sign({.method = http.method,
             .target = parts ? parts->rest : std::string_view(request.target),
             .body = http.body},
            http.headers, *keys,
            {.region = context.location.signing_region,
             .service = std::string(context.service.signing_name)},
            context.now);
  return http;
}

auto to_local(ServiceRequest const& request, std::string_view service) -> net::Request {
  net::Request local;
  local.method = request.method;
  local.target = request.target;
  local.headers = request.headers;
  local.headers.set("Host", fmt::format("{}.localhost", service));
  local.headers.set("Content-Length", std::to_string(request.body.size()));
  local.body = request.body;
  local.remote = "127.0.0.1";
  local.id = net::make_request_id();
  return local;
}

auto from_local(net::Response response, std::string_view request_id) -> net::ClientResponse {
  net::ClientResponse answer;
  answer.status = response.status;
  answer.headers.add("x-amzn-RequestId", request_id);
  answer.headers.add("Connection", "keep-alive");
  answer.headers.add("Content-Length", std::to_string(response.body.size()));
  answer.headers.add("Date", http_date(std::chrono::system_clock::now()));
  if (!response.content_type.empty()) answer.headers.add("Content-Type", response.content_type);
  for (auto const& header : response.headers)
    if (!answer.headers.find(header.name)) answer.headers.add(header.name, header.value);
  answer.body = std::move(response.body);
  return answer;
}

}  // namespace treadle::integrations::aws_sdk
