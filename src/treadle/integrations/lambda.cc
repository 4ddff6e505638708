#include "treadle/integrations/lambda.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/integrations/lambda_result.h"
#include "treadle/net/http_client.h"
#include "treadle/net/sigv4.h"

namespace treadle::integrations {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kClientError = "Lambda.SdkClientException";
constexpr milliseconds kFunctionTimeMax = std::chrono::minutes(15);
constexpr milliseconds kMargin = std::chrono::seconds(10);  // the runtime's own timer comes first
// A result beyond 256 KiB fails whatever it says; a report of an error may be longer than its cause.
constexpr std::size_t kResponseBytesMax = 1024 * 1024;

auto target_of(LambdaRequest const& request) -> std::string {
  auto target =
      fmt::format("/2015-03-31/functions/{}/invocations", percent_encode(request.function));
  if (!request.qualifier.empty()) target += "?Qualifier=" + percent_encode(request.qualifier);
  return target;
}

void set_where_given(net::Headers& headers, std::string_view name, std::string_view value) {
  if (!value.empty()) headers.set(name, value);
}

auto headers_of(LambdaRequest const& request) -> net::Headers {
  net::Headers headers{{"Content-Type", "application/json"}};
  set_where_given(headers, "Treadle-Idempotency-Key", request.idempotency_key);
  set_where_given(headers, "X-Amz-Client-Context", request.client_context);
  set_where_given(headers, "X-Amz-Invocation-Type", request.invocation_type);
  set_where_given(headers, "X-Amz-Log-Type", request.log_type);
  set_where_given(headers, "X-Amzn-Trace-Id", request.trace_header);
  return headers;
}

auto deadlines_of(LambdaRequest const& request) -> net::ClientDeadlines {
  auto const total =
      std::min(request.timeout.value_or(kFunctionTimeMax), kFunctionTimeMax) + kMargin;
  return {.connect = std::min(milliseconds(5'000), total), .first_byte = total, .total = total};
}

auto http_request(LambdaRequest const& request, ServiceEndpoint const& endpoint)
    -> net::ClientRequest {
  net::ClientRequest http;
  http.headers = headers_of(request);
  http.headers.set("Host", authority_of(endpoint.url));
  http.body = request.payload;
  http.deadlines = deadlines_of(request);
  http.max_response_bytes = kResponseBytesMax;
  auto const target = target_of(request);
  http.url = endpoint.url + target;
  auto const path_start = endpoint.url.find('/', endpoint.url.find("://") + 3);
  auto const base_path = path_start == std::string::npos ? "" : endpoint.url.substr(path_start);
  net::sign({.method = http.method, .target = base_path + target, .body = http.body}, http.headers,
            *endpoint.credentials, {.region = request.region, .service = "lambda"},
            std::chrono::floor<milliseconds>(std::chrono::system_clock::now()));
  return http;
}

auto no_credentials(LambdaRequest const& request) -> CallFailed {
  return {
      {std::string(kClientError),
       fmt::format(
           "Unable to load AWS credentials to invoke the function '{}': set AWS_ACCESS_KEY_ID and "
           "AWS_SECRET_ACCESS_KEY, or AWS_ENDPOINT_URL_LAMBDA, or map the function to a handler in "
           "treadle.yaml.",
           request.function)},
      CallStage::kStart};
}

auto cancelled() -> CallFailed {
  return {{std::string(kClientError), "The call was cancelled."}, CallStage::kRun};
}

auto transport_failure(net::ClientError const& error) -> CallFailed {
  using Kind = net::ClientError::Kind;
  auto const stage = error.not_sent ? CallStage::kStart : CallStage::kRun;
  if (error.kind == Kind::kTimeout && !error.not_sent)
    return {{"Lambda.ClientExecutionTimeoutException",
             fmt::format("Client execution did not complete before the specified timeout: {}",
                         error.message)},
            stage};
  return {
      {std::string(kClientError), fmt::format("Unable to execute HTTP request: {}", error.message)},
      stage};
}

auto to_lambda_result(TaskCall const& call, net::ClientResult result) -> LambdaResult {
  if (result)
    return LambdaResponse{result->status, std::move(result->headers), std::move(result->body)};
  if (result.error().kind == net::ClientError::Kind::kTooLarge)
    return std::unexpected(result_too_large(call));
  return std::unexpected(transport_failure(result.error()));
}

}  // namespace

// A task under way: what was asked, and who waits.
struct LambdaConnector::OpenCall {
  TaskCall call;
  LambdaRequest request;
  CallDone done;

  void finish(LambdaResult const& result) {
    done(result ? to_call_result(call, request, *result) : CallResult(result.error()));
  }
};

// Lives on one loop: all but the constructor and post() runs there.
class LambdaConnector::Remote {
 public:
  explicit Remote(net::EventLoop& loop) : loop_(loop), client_(loop, {}) {}

  void post(net::Task task) { loop_.post(std::move(task)); }

  void send(OpenCall open, ServiceEndpoint const& endpoint) {
    auto const key = std::pair(open.call.id, ++last_);
    auto& entry = calls_.try_emplace(key, std::move(open)).first->second;
    entry.handle = client_.send(
        http_request(entry.open.request, endpoint), [this, key](net::ClientResult result) {
          auto ended = calls_.extract(key);
          auto& ended_call = ended.mapped().open;
          ended_call.finish(to_lambda_result(ended_call.call, std::move(result)));
        });
  }

  void cancel(CallId id) {
    auto at = calls_.lower_bound(std::pair(id, std::uint64_t{0}));
    while (at != calls_.end() && at->first.first == id) {
      at->second.handle.cancel();
      auto ended = calls_.extract(at++);
      ended.mapped().open.finish(std::unexpected(cancelled()));
    }
  }

 private:
  struct Entry {
    explicit Entry(OpenCall o) : open(std::move(o)) {}
    OpenCall open;
    net::CallHandle handle;
  };
  net::EventLoop& loop_;
  net::HttpClient client_;
  std::map<std::pair<CallId, std::uint64_t>, Entry> calls_;
  std::uint64_t last_ = 0;
};

LambdaConnector::LambdaConnector(AwsConfiguration configuration, net::EventLoops& loops,
                                 functions::FunctionHost* local,
                                 aws_sdk::CredentialProvider* credentials)
    : configuration_(std::move(configuration)), local_(local), credentials_(credentials) {
  for (std::size_t i = 0; i < loops.size(); ++i)
    remotes_.push_back(std::make_unique<Remote>(loops.at(i)));
}

LambdaConnector::~LambdaConnector() = default;

auto LambdaConnector::remote_of(CallId id) -> Remote& {
  return *remotes_[(id.execution.low + id.history_id) % remotes_.size()];
}

void LambdaConnector::invoke(TaskCall call, CallDone done) {
  auto request = make_lambda_request(call);
  if (!request) return done(CallFailed{std::move(request).error(), CallStage::kStart});
  OpenCall open{std::move(call), *std::move(request), std::move(done)};
  if (local_ != nullptr && local_->knows(open.request.function)) {
    auto const id = open.call.id;
    auto local_request = open.request;
    return local_->invoke(
        id, std::move(local_request),
        [open = std::move(open)](LambdaResult const& result) mutable { open.finish(result); });
  }
  auto endpoint = service_endpoint(configuration_, "LAMBDA", "lambda", open.request.region);
  bool const asks =
      credentials_ != nullptr && (credentials_->is_configured() || !endpoint.credentials);
  if (!asks && !endpoint.credentials) return open.done(no_credentials(open.request));
  if (!asks) return send(std::move(open), std::move(endpoint));
  auto const role = open.call.role_arn;
  auto const region = open.request.region;
  credentials_->get(role, region,
                    [this, open = std::move(open), endpoint = std::move(endpoint)](
                        aws_sdk::CredentialProvider::Got const& got) mutable {
                      if (!got) return open.done(no_credentials(open.request));
                      endpoint.credentials = *got;
                      send(std::move(open), std::move(endpoint));
                    });
}

void LambdaConnector::send(OpenCall open, ServiceEndpoint endpoint) {
  auto& remote = remote_of(open.call.id);
  remote.post([&remote, open = std::move(open), endpoint = std::move(endpoint)]() mutable {
    remote.send(std::move(open), endpoint);
  });
}

void LambdaConnector::cancel(CallId id) {
  if (local_ != nullptr) local_->cancel(id);
  auto& remote = remote_of(id);
  remote.post([&remote, id] { remote.cancel(id); });
}

}  // namespace treadle::integrations
