#include "apps/treadle/api_client.h"

#include <cmath>
#include <cstdlib>
#include <future>

#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "treadle/api/object_writer.h"
#include "treadle/base/system_clock.h"
#include "treadle/base/time.h"
#include "treadle/integrations/aws_configuration.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/event_loop.h"
#include "treadle/net/http_client.h"
#include "treadle/net/sigv4.h"
#include "treadle/net/uri.h"

namespace treadle::app {
namespace {

constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:8083";
constexpr std::size_t kAnswerBytesMax = 64U << 20U;
constexpr auto kAnswerTime = std::chrono::seconds(60);

auto endpoint_of(std::string const& option) -> std::string {
  auto const* const variable = std::getenv("AWS_ENDPOINT_URL_SFN");
  auto endpoint = !option.empty() ? option : std::string(variable == nullptr ? "" : variable);
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint.empty() ? std::string(kDefaultEndpoint) : endpoint;
}

// Signed where the environment has keys: a server without --credentials takes either.
void sign(net::ClientRequest& request) {
  auto const aws = integrations::read_aws_configuration(integrations::process_environment());
  auto const url = net::parse_url(request.url);
  if (!aws.credentials || !url) return;
  request.headers.set("Host", url->authority);
  net::sign({.method = request.method, .target = url->target, .body = request.body},
            request.headers, *aws.credentials, {.region = aws.region, .service = "states"},
            SystemClock().now());
}

auto failure_of(net::ClientResponse const& response) -> CallFailure {
  json::Arena arena;
  auto const body = json::parse(arena, response.body);
  if (!body || !body->is_object())
    return {.code = fmt::format("HTTP {}", response.status),
            .message = response.body.substr(0, 200)};
  auto code = member(*body, "__type");
  return {.code = code.substr(code.rfind('#') + 1), .message = member(*body, "message")};
}

}  // namespace

struct ApiClient::Impl {
  Impl() : loops(1), client(loops.at(0), {}) { loops.start(); }
  ~Impl() { loops.stop(); }
  net::EventLoops loops;
  net::HttpClient client;
};

ApiClient::ApiClient(std::string const& endpoint)
    : endpoint_(endpoint_of(endpoint)), impl_(std::make_unique<Impl>()) {}
ApiClient::~ApiClient() = default;

auto ApiClient::call(std::string_view operation, std::string body, std::chrono::seconds wait)
    -> Result<std::string, CallFailure> {
  net::ClientRequest request{
      .url = endpoint_ + "/", .body = std::move(body), .max_response_bytes = kAnswerBytesMax};
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.headers.add("X-Amz-Target", fmt::format("AWSStepFunctions.{}", operation));
  if (wait.count() > 0) request.headers.add("treadle-wait", std::to_string(wait.count()));
  request.deadlines.first_byte = request.deadlines.total = kAnswerTime + wait;
  auto result = TRY(send(std::move(request)));
  if (result.status != 200) return std::unexpected(failure_of(result));
  return std::move(result.body);
}

auto ApiClient::fetch(std::string const& target, std::optional<std::string> body)
    -> Result<Fetched, CallFailure> {
  net::ClientRequest request{.method = body ? "POST" : "GET",
                             .url = endpoint_ + target,
                             .max_response_bytes = kAnswerBytesMax};
  if (body) {
    request.headers.add("Content-Type", "application/json");
    request.body = *std::move(body);
  }
  request.deadlines.first_byte = request.deadlines.total = kAnswerTime;
  auto result = TRY(send(std::move(request)));
  return Fetched{result.status, std::move(result.headers), std::move(result.body)};
}

auto ApiClient::post(std::string const& target, std::string body)
    -> Result<std::string, CallFailure> {
  net::ClientRequest request{.method = "POST",
                             .url = endpoint_ + target,
                             .body = std::move(body),
                             .max_response_bytes = kAnswerBytesMax};
  request.headers.add("Content-Type", "application/json");
  request.deadlines.first_byte = request.deadlines.total = kAnswerTime;
  auto result = TRY(send(std::move(request)));
  if (result.status != 200) return std::unexpected(failure_of(result));
  return std::move(result.body);
}

auto ApiClient::get(std::string const& target) -> Result<std::string, CallFailure> {
  net::ClientRequest request{
      .method = "GET", .url = endpoint_ + target, .max_response_bytes = kAnswerBytesMax};
  request.deadlines.first_byte = request.deadlines.total = kAnswerTime;
  auto result = TRY(send(std::move(request)));
  if (result.status != 200) return std::unexpected(failure_of(result));
  return std::move(result.body);
}

auto ApiClient::send(net::ClientRequest request) -> Result<net::ClientResponse, CallFailure> {
  sign(request);
  std::promise<net::ClientResult> answered;
  impl_->loops.at(0).post([&] {
    impl_->client.send(std::move(request),
                       [&](net::ClientResult result) { answered.set_value(std::move(result)); });
  });
  auto result = answered.get_future().get();
  if (!result) return std::unexpected(CallFailure{.code = {}, .message = result.error().message});
  return std::move(*result);
}

auto machine_arn_of(ApiClient& client, std::string const& name_or_arn)
    -> Result<std::string, CallFailure> {
  if (name_or_arn.starts_with("arn:")) return name_or_arn;
  std::string token;
  do {
    api::ObjectWriter request;
    request.number("maxResults", 1'000);
    if (!token.empty()) request.text("nextToken", token);
    auto const body = TRY(client.call("ListStateMachines", request.take()));
    json::Arena arena;
    auto const page = json::parse(arena, body);
    if (!page) return std::unexpected(CallFailure{.code = {}, .message = "the answer is not JSON"});
    if (auto const* machines = page->find("stateMachines"))
      for (auto const& machine : machines->elements())
        if (member(machine, "name") == name_or_arn) return member(machine, "stateMachineArn");
    token = member(*page, "nextToken");
  } while (!token.empty());
  return std::unexpected(CallFailure{.code = "StateMachineDoesNotExist",
                                     .message = fmt::format("there is no state machine '{}' at {}",
                                                            name_or_arn, client.endpoint())});
}

auto report(std::string_view command, ApiClient const& client, CallFailure const& failure) -> int {
  fmt::print(stderr, "treadle {}: {}{}{}\n", command, failure.code,
             failure.code.empty() ? "" : ": ", failure.message);
  if (failure.code.empty())
    fmt::print(stderr,
               "Is `treadle server` running at {}? --endpoint or AWS_ENDPOINT_URL_SFN say where it "
               "is.\n",
               client.endpoint());
  if (failure.code == "MissingAuthenticationTokenException")
    fmt::print(stderr,
               "The server asks for keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.\n");
  return kFailed;
}

auto member(json::Value object, std::string_view name) -> std::string {
  auto const* const value = object.find(name);
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string(value->as_string()) : json::print(*value);
}

auto time_member(json::Value object, std::string_view name) -> std::string {
  auto const* const value = object.find(name);
  if (value == nullptr || !value->is_number()) return {};
  return to_iso8601(Timestamp{Milliseconds{std::llround(value->as_double() * 1000.0)}});
}

}  // namespace treadle::app
