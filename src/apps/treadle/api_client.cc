#include "apps/treadle/api_client.h"

#include <cmath>
#include <cstdlib>
#include <future>

#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "treadle/api/object_writer.h"
#include "treadle/base/time.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/event_loop.h"
#include "treadle/net/http_client.h"

namespace treadle::app {
namespace {

constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:8083";
constexpr std::size_t kAnswerBytesMax = 64U << 20U;
constexpr auto kAnswerTime = std::chrono::seconds(60);

auto endpoint_of(std::string const& option) -> std::string {
  if (!option.empty()) return option;
  auto const* const variable = std::getenv("AWS_ENDPOINT_URL_SFN");
  return variable != nullptr && *variable != '\0' ? variable : std::string(kDefaultEndpoint);
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

auto ApiClient::call(std::string_view operation, std::string body, int wait_seconds)
    -> Result<std::string, CallFailure> {
  net::ClientRequest request{
      .url = endpoint_ + "/", .body = std::move(body), .max_response_bytes = kAnswerBytesMax};
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.headers.add("X-Amz-Target", fmt::format("AWSStepFunctions.{}", operation));
  if (wait_seconds > 0) request.headers.add("treadle-wait", std::to_string(wait_seconds));
  request.deadlines.first_byte = request.deadlines.total =
      kAnswerTime + std::chrono::seconds(wait_seconds);
  std::promise<net::ClientResult> answered;
  impl_->loops.at(0).post([&] {
    impl_->client.send(std::move(request),
                       [&](net::ClientResult result) { answered.set_value(std::move(result)); });
  });
  auto result = answered.get_future().get();
  if (!result) return std::unexpected(CallFailure{.code = {}, .message = result.error().message});
  if (result->status != 200) return std::unexpected(failure_of(*result));
  return std::move(result->body);
}

auto machine_arn_of(ApiClient& client, std::string const& name_or_arn)
    -> Result<std::string, CallFailure> {
  if (name_or_arn.starts_with("arn:")) return name_or_arn;
  std::string token;
  do {
    api::ObjectWriter request;
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
  if (failure.code.empty())
    fmt::print(stderr,
               "treadle {}: {}\nIs `treadle server` running at {}? --endpoint or "
               "AWS_ENDPOINT_URL_SFN say where it is.\n",
               command, failure.message, client.endpoint());
  else
    fmt::print(stderr, "treadle {}: {}: {}\n", command, failure.code, failure.message);
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
