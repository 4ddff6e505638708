#include "treadle/approvals/http_answers.h"

#include <algorithm>
#include <charconv>

#include "treadle/base/utf8.h"
#include "treadle/json/object_writer.h"
#include "treadle/net/uri.h"

namespace treadle::approvals {
namespace {

constexpr std::string_view kJson = "application/json";

auto decoded(std::string_view text) -> std::string {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return net::percent_decode(spaced).value_or(spaced);
}

// Calls `visit(name, value)` for every parameter until it gives true.
template <typename Visit>
void each_parameter(net::Request const& request, Visit&& visit) {
  auto query = net::split_target(request.target).query;
  while (!query.empty()) {
    auto const end = std::min(query.find('&'), query.size());
    auto const one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (one.empty()) continue;
    auto const equals = std::min(one.find('='), one.size());
    if (visit(decoded(one.substr(0, equals)), one.substr(std::min(equals + 1, one.size())))) return;
  }
}

}  // namespace

auto json_answer(int status, std::string body) -> net::Response {
  net::Response out{.status = status, .content_type = std::string(kJson), .body = std::move(body)};
  out.headers.add("Cache-Control", "no-store");
  return out;
}

auto error_answer(int status, std::string_view code, std::string_view message) -> net::Response {
  json::ObjectWriter error;
  error.text("code", code)
      .text("message", utf8::is_valid(message) ? message : "The request is not UTF-8.");
  return json_answer(status, json::ObjectWriter().raw("error", error.take()).take());
}

auto query_value(net::Request const& request, std::string_view name) -> std::optional<std::string> {
  std::optional<std::string> out;
  each_parameter(request, [&](std::string const& found, std::string_view value) {
    if (found == name) out = decoded(value);
    return out.has_value();
  });
  return out;
}

auto query_number(net::Request const& request, std::string_view name, Limits limits)
    -> std::optional<std::uint64_t> {
  auto const text = query_value(request, name);
  if (!text) return limits.otherwise;
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < limits.least ||
      value > limits.most)
    return std::nullopt;
  return value;
}

auto unknown_parameter(net::Request const& request, std::vector<std::string_view> const& known)
    -> std::optional<std::string> {
  std::optional<std::string> out;
  each_parameter(request, [&](std::string const& found, std::string_view) {
    if (std::ranges::find(known, found) == known.end()) out = found;
    return out.has_value();
  });
  return out;
}

auto origin_of(net::Request const& request) -> Origin {
  return {.ip = request.remote,
          .user_agent = std::string(request.headers.find("User-Agent").value_or(""))};
}

auto signing_key(net::Request const& request) -> std::string {
  constexpr std::string_view kCredential = "Credential=";
  auto const header = request.headers.find("Authorization").value_or("");
  auto const at = header.find(kCredential);
  if (at == std::string_view::npos) return {};
  auto const key = header.substr(at + kCredential.size());
  return std::string(key.substr(0, std::min(key.find('/'), std::size_t{128})));
}

}  // namespace treadle::approvals
