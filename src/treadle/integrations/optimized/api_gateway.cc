#include "treadle/integrations/optimized/api_gateway.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/integrations/lambda_result.h"
#include "treadle/integrations/optimized/http_parameters.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::optimized {
namespace {

constexpr std::string_view kPrefix = "ApiGateway";
constexpr Milliseconds kTimeMax = std::chrono::seconds(60);

struct Target {
  std::string base;    // "https://HOST", or the override
  std::string host;    // the API's own name
  std::string region;  // to sign for
  bool is_override = false;
};

// The region in "abc.execute-api.eu-west-1.amazonaws.com"; nullopt for any other name.
auto region_in(std::string_view host) -> std::optional<std::string> {
  constexpr std::string_view kMiddle = ".execute-api.";
  auto const at = host.find(kMiddle);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  auto const is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (!std::ranges::all_of(host.substr(0, at), is_alphanumeric)) return std::nullopt;
  auto const rest = host.substr(at + kMiddle.size());
  auto const region = rest.substr(0, rest.find('.'));
  if (rest != fmt::format("{}.{}", region, dns_suffix(region))) return std::nullopt;
  return std::string(region);
}

auto override_of(AwsConfiguration const& configuration) -> std::string {
  if (auto const set = configuration.services.find("apigateway");
      set != configuration.services.end())
    return set->second.url;
  auto const url = configuration.service_endpoint_urls.find("APIGATEWAY");
  return url == configuration.service_endpoint_urls.end() ? std::string() : url->second;
}

auto target_of(AwsConfiguration const& configuration, json::Value parameters,
               std::string const& region) -> Checked<Target> {
  Target target;
  target.host = TRY(text_member(parameters, "ApiEndpoint"));
  target.region = region;
  if (target.host.empty())
    return std::unexpected("The field 'ApiEndpoint' is required but was missing");
  auto const own_region = region_in(target.host);
  if (own_region) target.region = *own_region;
  target.base = override_of(configuration);
  target.is_override = !target.base.empty();
  while (target.base.ends_with('/')) target.base.pop_back();
  if (!net::is_authority(target.host) || (!own_region && !target.is_override))
    return std::unexpected(fmt::format(
        "'{}' is no API endpoint: expected API-ID.execute-api.REGION.amazonaws.com", target.host));
  if (!target.is_override) target.base = "https://" + target.host;
  return target;
}

auto path_of(json::Value parameters) -> Checked<std::string> {
  std::string path;
  if (auto const stage = TRY(text_member(parameters, "Stage")); !stage.empty())
    path += "/" + net::percent_encode(stage);
  auto const given = TRY(text_member(parameters, "Path"));
  if (!given.empty() && !given.starts_with('/')) path += '/';
  // A path that is already written as it goes on the wire stays as it is.
  path += net::is_origin_form(given) && !given.contains('?')
              ? given
              : net::percent_encode(given, net::Slash::kKeep);
  return path.empty() ? "/" : path;
}

auto body_of(json::Arena& arena, json::Value parameters) -> std::string {
  auto const* body = parameters.find("RequestBody");
  if (body == nullptr || body->is_null()) return {};
  if (body->is_string()) return std::string(body->as_string());
  auto const* allow = parameters.find("AllowNullValues");
  bool const keeps_nulls = allow != nullptr && allow->is_bool() && allow->as_bool();
  return json::print(keeps_nulls ? *body : without_nulls(arena, *body));
}

auto member(json::Value parameters, std::string_view name) -> json::Value {
  auto const* found = parameters.find(name);
  return found == nullptr ? json::Value() : *found;
}

auto to_result(TaskCall const& call, HttpOutcome outcome) -> CallResult {
  if (!outcome) return no_answer_failure(call, std::nullopt, kPrefix);
  if (!*outcome) return no_answer_failure(call, outcome->error(), kPrefix);
  auto const& response = **outcome;
  if (response.status < 200 || response.status > 299)
    return task_failure(fmt::format("{}.{}", kPrefix, response.status), refusal_cause(response));
  if (!is_text(response))
    return task_failure("ApiGateway.SdkClientException",
                        "The response is not text and can't be an output.");
  auto output = http_output(response);
  if (output.size() > limits::kPayloadBytes) return result_too_large(call);
  return CallSucceeded{std::move(output)};
}

}  // namespace

struct ApiGatewayConnector::Request {
  TaskCall call;
  CallDone done;
  net::ClientRequest http;
  Target target;
  bool is_signed = false;

  auto build(AwsConfiguration const& configuration) -> Checked<void> {
    json::Arena arena;
    auto const parsed = json::parse(arena, call.parameters);
    if (!parsed || !parsed->is_object()) return std::unexpected("The parameters must be an object");
    target = TRY(target_of(configuration, *parsed, call.region));
    http.method = TRY(text_member(*parsed, "Method"));
    if (http.method.empty())
      return std::unexpected("The field 'Method' is required but was missing");
    if (!is_http_method(http.method))
      return std::unexpected(fmt::format("'{}' is no method that may be called", http.method));
    auto const type = TRY(text_member(*parsed, "AuthType"));
    is_signed = type == "IAM_ROLE" || type == "RESOURCE_POLICY";
    if (!type.empty() && !is_signed && type != "NO_AUTH")
      return std::unexpected(
          fmt::format("'{}' is none of NO_AUTH, IAM_ROLE and RESOURCE_POLICY", type));
    http.headers = TRY(read_headers("apigateway", member(*parsed, "Headers")));
    auto const query = TRY(read_query(member(*parsed, "QueryParameters")));
    http.url = target.base + TRY(path_of(*parsed));
    if (!query.empty()) http.url += "?" + query_text(query);
    http.body = body_of(arena, *parsed);
    finish();
    return {};
  }

 private:
  void finish() {
    auto& headers = http.headers;
    headers.set("Host", target.host);
    if (!http.body.empty() && !headers.find("Content-Type"))
      headers.set("Content-Type", "application/json");
    if (!call.idempotency_key.empty()) headers.set("Treadle-Idempotency-Key", call.idempotency_key);
    if (!call.trace_header.empty()) headers.set("X-Amzn-Trace-Id", call.trace_header);
    auto const total = std::min(call_time(call).value_or(kTimeMax), kTimeMax);
    http.deadlines = {
        .connect = std::min(Milliseconds(5'000), total), .first_byte = total, .total = total};
    http.max_response_bytes = limits::kPayloadBytes;
  }
};

ApiGatewayConnector::ApiGatewayConnector(AwsConfiguration const& configuration, HttpCaller& http,
                                         aws_sdk::CredentialProvider& credentials,
                                         Clock const& clock)
    : configuration_(configuration), http_(http), credentials_(credentials), clock_(clock) {}

void ApiGatewayConnector::invoke(TaskCall call, CallDone done) {
  auto const request = std::make_shared<Request>();
  request->call = std::move(call);
  if (auto const built = request->build(configuration_); !built)
    return done(cannot_start(request->call, {built.error()}));
  request->done = std::move(done);
  if (!request->is_signed) return send(request);
  auto const sign_and_send = [this, request](net::Credentials const& keys) {
    auto const url = net::split_absolute(request->http.url);
    net::sign({.method = request->http.method,
               .target = url ? url->rest : "/",
               .body = request->http.body},
              request->http.headers, keys,
              {.region = request->target.region, .service = "execute-api"}, clock_.now());
    send(request);
  };
  if (request->target.is_override && !credentials_.is_configured())
    return sign_and_send({"test", "test", ""});
  auto const ticket = waiting_.add(request->call.id);
  credentials_.get(
      request->call.role_arn, request->call.region,
      [this, request, ticket, sign_and_send](aws_sdk::CredentialProvider::Got const& got) {
        if (!waiting_.take(request->call.id, ticket))
          return request->done(to_result(request->call, std::nullopt));
        if (got) return sign_and_send(*got);
        request->done(
            task_failure("ApiGateway.SdkClientException",
                         fmt::format("Unable to load credentials from any of the providers in the "
                                     "chain ({})",
                                     got.error()),
                         CallStage::kStart));
      });
}

void ApiGatewayConnector::send(std::shared_ptr<Request> const& request) {
  http_.send(request->call.id, request->http, [request](HttpOutcome outcome) {
    request->done(to_result(request->call, std::move(outcome)));
  });
}

void ApiGatewayConnector::cancel(CallId id) {
  waiting_.cancel(id);
  http_.cancel(id);
}

}  // namespace treadle::integrations::optimized
