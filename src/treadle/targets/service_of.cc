#include <algorithm>
#include <utility>

#include "treadle/targets/message.h"
#include "treadle/targets/s3_call.h"
#include "treadle/targets/targets.h"

namespace treadle::targets {
namespace {

constexpr std::pair<std::string_view, std::string_view> kByTarget[] = {
    {"AWSEvents.", "eventbridge"},
    {"Timestream_20181101.", "timestreamwrite"},
    {"AmazonSQS.", "sqs"},
};
constexpr std::pair<std::string_view, std::string_view> kBySigningName[] = {
    {"s3", "s3"},
    {"sqs", "sqs"},
    {"sns", "sns"},
    {"events", "eventbridge"},
    {"timestream", "timestreamwrite"},
};
constexpr std::size_t kS3BodyBytesMax = std::size_t{64} << 20;
constexpr std::pair<std::string_view, std::string_view> kByVersion[] = {
    {"2012-11-05", "sqs"},
    {"2010-03-31", "sns"},
};

// AKID/20261126/us-east-1/s3/aws4_request
auto service_of_scope(std::string_view scope) -> std::optional<std::string_view> {
  for (int part = 0; part < 3; ++part) {
    auto const slash = scope.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    scope.remove_prefix(slash + 1);
  }
  auto const name = scope.substr(0, scope.find('/'));
  for (auto const& [signing, id] : kBySigningName)
    if (name == signing) return id;
  return std::nullopt;
}

auto of_signature(net::Request const& request) -> std::optional<std::string_view> {
  constexpr std::string_view kCredential = "Credential=";
  auto const header = request.headers.find("authorization").value_or("");
  if (auto const at = header.find(kCredential); at != std::string_view::npos)
    return service_of_scope(header.substr(at + kCredential.size()));
  if (!request.target.contains("X-Amz-Credential=") && !request.target.contains("AWSAccessKeyId="))
    return std::nullopt;
  auto const form =
      parse_form(std::string_view(request.target).substr(request.target.find('?') + 1));
  // A URL that was presigned as before Signature Version 4.
  if (form.contains("AWSAccessKeyId") && form.contains("Signature") && form.contains("Expires"))
    return "s3";
  return service_of_scope(find(form, "X-Amz-Credential"));
}

// What S3 calls what the port's own refusals say; empty: the same.
auto s3_code(int status, std::string_view code) -> std::string_view {
  if (status == 413) return "EntityTooLarge";
  if (status == 503) return "SlowDown";
  if (status == 408) return "RequestTimeout";
  if (code == "UnrecognizedClientException") return "InvalidAccessKeyId";
  if (code == "InvalidSignatureException") return "SignatureDoesNotMatch";
  if (code == "MissingAuthenticationTokenException" || code == "IncompleteSignatureException")
    return "AccessDenied";
  return {};
}

auto version_in(std::string_view form) -> std::optional<std::string_view> {
  for (auto const& [version, id] : kByVersion) {
    auto const field = "Version=" + std::string(version);
    auto const at = form.find(field);
    if (at != std::string_view::npos && (at == 0 || form[at - 1] == '&' || form[at - 1] == '?'))
      return id;
  }
  return std::nullopt;
}

}  // namespace

auto service_of(net::Request const& request) -> std::optional<std::string_view> {
  if (auto const target = request.headers.find("x-amz-target")) {
    for (auto const& [prefix, id] : kByTarget)
      if (target->starts_with(prefix)) return id;
    return std::nullopt;
  }
  if (auto const id = of_signature(request)) return id;
  auto const type = request.headers.find("content-type").value_or("");
  if (type.starts_with("application/x-www-form-urlencoded"))
    if (auto const id = version_in(request.body)) return id;
  if (auto const id = version_in(request.target)) return id;
  // Only S3 is called without a signature at a bucket's own name.
  auto const host = request.headers.find("host").value_or("");
  if (host.substr(0, host.find(':')).ends_with(".s3.localhost")) return "s3";
  return std::nullopt;
}

auto is_event_log(net::Request const& request) -> bool {
  auto const target = std::string_view(request.target);
  if (request.method != "GET" || target.substr(0, target.find('?')) != "/v1/events") return false;
  auto const service = service_of(request);
  return !service || service == "eventbridge";
}

auto body_bytes_max(net::Request const& head) -> std::size_t {
  return service_of(head) == "s3" ? kS3BodyBytesMax : 0;
}

auto refusal(net::Request const& request, int status, std::string code, std::string message)
    -> net::Response {
  auto const service = service_of(request);
  if (service == "s3") {
    S3Call call;
    call.method = request.method;
    call.id = request.id.view();
    if (auto const known = s3_code(status, code); !known.empty()) {
      code = known;
      status = status == 400 ? 403 : status;
    }
    return s3_error({status, std::move(code), std::move(message)}, call);
  }
  auto const refused = std::unexpected(Problem{status, std::move(code), std::move(message)});
  if (service && !request.headers.find("x-amz-target"))
    return query_response(refused, "", "", request.id.view());
  return json_response(refused, "application/x-amz-json-1.0");
}

auto signing_name(std::string_view id) -> std::string_view {
  for (auto const& [signing, known] : kBySigningName)
    if (known == id) return signing;
  return id;
}

}  // namespace treadle::targets
