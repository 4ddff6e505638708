#include "treadle/asl/unsupported_headers.h"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace treadle::asl {
namespace {

// A '*' at the end stands for any rest.
constexpr std::string_view kOfApiGateway[] = {
    "authorization",
    "connection",
    "content-md5",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
    "x-amz*",
    "x-forwarded*",
};

// Not among them, and not the task's either: User-Agent and Range, which are set, and Content-Length.
constexpr std::string_view kOfHttpTask[] = {
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
    "x-amz-*",
    "x-amzn-*",
    "x-forwarded-*",
};

auto patterns_of(std::string_view service) -> std::span<std::string_view const> {
  if (service == "apigateway") return kOfApiGateway;
  if (service == "http") return kOfHttpTask;
  return {};
}

auto header_name(std::string_view member) -> std::string {
  if (member.ends_with(".$")) member.remove_suffix(2);
  std::string name(member);
  for (auto& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

auto matches(std::string_view name, std::string_view pattern) -> bool {
  if (!pattern.ends_with('*')) return name == pattern;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

}  // namespace

auto unsupported_headers(std::string_view service, json::Value headers)
    -> std::vector<std::string> {
  std::vector<std::string> found;
  if (!headers.is_object()) return found;
  auto const patterns = patterns_of(service);
  for (auto const& member : headers.members()) {
    auto name = header_name(member.key);
    if (std::ranges::any_of(patterns, [&](auto pattern) { return matches(name, pattern); }))
      found.push_back(std::move(name));
  }
  return found;
}

auto unsupported_headers_message(std::vector<std::string> const& names) -> std::string {
  return fmt::format("The 'Headers' field contains unsupported values: [{}]",
                     fmt::join(names, ", "));
}

void check_headers(Resource const& resource, Fields const& task, Report& report) {
  if (resource.kind != ResourceKind::kService || resource.is_aws_sdk) return;
  auto const parameters = task.object(task.is_json_path() ? "Parameters" : "Arguments");
  auto const* const headers = parameters ? parameters->find("Headers") : nullptr;
  if (headers == nullptr) return;
  if (auto const names = unsupported_headers(resource.service, *headers); !names.empty())
    report.error(parameters->where(), unsupported_headers_message(names));
}

}  // namespace treadle::asl
