#include "treadle/integrations/optimized/http_task.h"

#include <utility>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/lambda_result.h"
#include "treadle/integrations/optimized/address_rules.h"
#include "treadle/integrations/optimized/http_parameters.h"
#include "treadle/integrations/optimized/http_task_request.h"
#include "treadle/integrations/service_task.h"

namespace treadle::integrations::optimized {
namespace {

auto no_answer(TaskCall const& call, net::ClientError const& error) -> CallFailed {
  if (error.kind == net::ClientError::Kind::kTooLarge) return result_too_large(call);
  return task_failure(errors::kHttpSocket, error.message,
                      error.not_sent ? CallStage::kStart : CallStage::kRun);
}

auto to_result(TaskCall const& call, net::ClientResponse const& response) -> CallResult {
  if (response.status < 200 || response.status > 299)
    return task_failure(fmt::format("States.Http.StatusCode.{}", response.status),
                        refusal_cause(response));
  if (!is_text(response))
    return task_failure(errors::kRuntime,
                        "The response of the HTTP endpoint is not text and can't be an output.");
  auto output = http_output(response);
  if (output.size() > limits::kPayloadBytes) return result_too_large(call);
  return CallSucceeded{std::move(output)};
}

}  // namespace

struct HttpTaskConnector::Open {
  TaskCall call;
  CallDone done;
  HttpTaskRequest request;
  std::string token{};       // of OAuth
  bool was_refused = false;  // with the token before

  [[nodiscard]] auto uses_tokens() const -> bool {
    return request.connection->authorization == Authorization::kOAuthClientCredentials;
  }
};

HttpTaskConnector::HttpTaskConnector(HttpTaskSettings settings, net::EventLoops& loops,
                                     Clock const& clock, std::string const& ca_file)
    : settings_(std::move(settings)),
      http_(loops, guarded_client_options(settings_.allow, ca_file)),
      tokens_(http_, clock) {}

void HttpTaskConnector::invoke(TaskCall call, CallDone done) {
  auto request = make_http_task_request(call, settings_);
  if (!request) return done(std::move(request).error());
  auto const open = std::make_shared<Open>(
      Open{.call = std::move(call), .done = std::move(done), .request = std::move(*request)});
  open->uses_tokens() ? authorize(open) : send(open);
}

void HttpTaskConnector::authorize(std::shared_ptr<Open> const& open) {
  auto const ticket = waiting_.add(open->call.id);
  tokens_.get(*open->request.connection, [this, open, ticket](OAuthTokens::Got const& got) {
    if (!waiting_.take(open->call.id, ticket)) return answered(open, std::nullopt);
    if (!got)
      return open->done(task_failure("Events.ConnectionResource.InvalidConnectionState",
                                     fmt::format("The connection '{}' is not authorized: {}",
                                                 open->request.connection->name, got.error()),
                                     CallStage::kStart));
    open->token = *got;
    open->request.http.headers.set("Authorization", *got);
    send(open);
  });
}

void HttpTaskConnector::send(std::shared_ptr<Open> const& open) {
  http_.send(open->call.id, open->request.http,
             [this, open](HttpOutcome outcome) { answered(open, std::move(outcome)); });
}

void HttpTaskConnector::answered(std::shared_ptr<Open> const& open, HttpOutcome outcome) {
  if (!outcome) return open->done(task_failure(errors::kHttpSocket, "The call was cancelled."));
  if (!*outcome) return open->done(no_answer(open->call, outcome->error()));
  if ((*outcome)->status == 401 && open->uses_tokens() && !open->was_refused) {
    open->was_refused = true;
    tokens_.refused(*open->request.connection, open->token);
    return authorize(open);
  }
  open->done(to_result(open->call, **outcome));
}

void HttpTaskConnector::cancel(CallId id) {
  waiting_.cancel(id);
  http_.cancel(id);
}

}  // namespace treadle::integrations::optimized
