#include "treadle/integrations/functions/function_host.h"

#include <chrono>
#include <cstdint>
#include <ctime>
#include <deque>
#include <map>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/integrations/functions/client_folder.h"
#include "treadle/integrations/functions/command_runner.h"
#include "treadle/integrations/functions/function_runner.h"
#include "treadle/integrations/functions/http_runner.h"
#include "treadle/integrations/functions/process_pool.h"
#include "treadle/json/print.h"

namespace treadle::integrations::functions {
namespace {

using CallKey = std::pair<CallId, std::uint64_t>;  // a call and the number of this delivery of it

// An admitted invocation on its way through a function's queue.
struct Admitted {
  CallKey key;
  Invocation invocation;
  bool is_awaited = true;  // false: of an Event call, which has been answered
};

struct LocalFunction {
  FunctionSpec spec;
  std::unique_ptr<FunctionRunner> runner;
  std::size_t running = 0;
  std::deque<Admitted> waiting;
};

auto make_runner(RunnerContext const& context, FunctionSpec const& spec)
    -> std::unique_ptr<FunctionRunner> {
  switch (spec.runtime) {
    case FunctionRuntime::kNodejs:
    case FunctionRuntime::kPython: return std::make_unique<ProcessPool>(context, spec);
    case FunctionRuntime::kCommand: return std::make_unique<CommandRunner>(context, spec);
    case FunctionRuntime::kHttp: return std::make_unique<HttpRunner>(context, spec);
  }
  return nullptr;
}

// ---- answers as Lambda's Invoke words them

auto response_of(int status, std::string body, Invocation const& invocation) -> LambdaResponse {
  LambdaResponse response{status, {}, std::move(body)};
  auto& headers = response.headers;
  headers.add("Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
  headers.add("Content-Type", "application/json");
  headers.add("Content-Length", std::to_string(response.body.size()));
  headers.add("Connection", "keep-alive");
  headers.add("x-amzn-RequestId", invocation.request_id);
  headers.add("x-amzn-Remapped-Content-Length", "0");
  if (!invocation.trace_header.empty()) headers.add("X-Amzn-Trace-Id", invocation.trace_header);
  return response;
}

auto response_of(Outcome outcome, Invocation const& invocation) -> LambdaResponse {
  auto response = response_of(200, std::move(outcome.payload), invocation);
  response.headers.add("X-Amz-Executed-Version", "$LATEST");
  if (outcome.kind == Outcome::Kind::kFailed)
    response.headers.add("X-Amz-Function-Error", "Unhandled");
  return response;
}

auto too_many(Invocation const& invocation) -> LambdaResponse {
  auto response = response_of(
      429,
      R"({"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."})",
      invocation);
  response.headers.add("x-amzn-ErrorType", "TooManyRequestsException");
  return response;
}

auto cancelled() -> LambdaResult {
  return std::unexpected(
      CallFailed{{"Lambda.SdkClientException", "The call was cancelled."}, CallStage::kRun});
}

// ---- requests

// The caller's client context, or one of ours that holds the idempotency key for handlers that look
// for it.
auto client_context_of(LambdaRequest const& request) -> std::string {
  if (!request.client_context.empty()) return base64_decode(request.client_context).value_or("");
  if (request.idempotency_key.empty()) return {};
  std::string text = R"({"custom":{"treadle-idempotency-key":)";
  json::append_string(text, request.idempotency_key);
  return text + "}}";
}

auto arn_of(LambdaRequest const& request, FunctionSpec const& spec,
            FunctionHostOptions const& options) -> std::string {
  auto const qualifier =
      request.qualifier.empty() ? qualifier_of(request.function) : request.qualifier;
  return fmt::format("arn:aws:lambda:{}:{}:function:{}{}{}", options.region, options.account,
                     spec.name, qualifier.empty() ? "" : ":", qualifier);
}

}  // namespace

class FunctionHost::Impl {
 public:
  Impl(FunctionHostOptions options, ClientFolder clients)
      : options_(std::move(options)),
        clients_(std::move(clients)),
        loops_(1),
        retired_(loops_.at(0)),
        context_{loops_, children_, retired_, options_, clients_.path()} {}

  ~Impl() { loops_.stop(); }

  auto add(FunctionSpec spec) -> Result<void, std::string> {
    auto const [at, is_new] = functions_.try_emplace(spec.name);
    if (!is_new)
      return std::unexpected(fmt::format("the function '{}' is described twice", spec.name));
    at->second.spec = std::move(spec);
    at->second.runner = make_runner(context_, at->second.spec);
    return {};
  }

  void start() { loops_.start(); }

  [[nodiscard]] auto knows(std::string_view function) const -> bool {
    return functions_.contains(short_function_name(function));
  }

  void post(net::Task task) { loops_.at(0).post(std::move(task)); }

  void invoke(CallId id, LambdaRequest const& request, Done done);
  void cancel(CallId id);

 private:
  auto to_invocation(LambdaRequest const& request, FunctionSpec const& spec) -> Invocation;
  void admit(LocalFunction& function, Admitted admitted);
  void begin(LocalFunction& function, Admitted admitted);
  void begin_waiting(LocalFunction& function);
  void answer(CallKey const& key, LambdaResponse response);

  FunctionHostOptions options_;
  ClientFolder clients_;
  net::EventLoops loops_;
  RetiredServers retired_;
  RunnerContext context_;
  std::map<std::string, LocalFunction, std::less<>> functions_;
  ChildProcesses children_;       // goes before what its events refer to
  std::map<CallKey, Done> open_;  // who waits for an answer
  std::uint64_t last_ = 0;
};

auto FunctionHost::Impl::to_invocation(LambdaRequest const& request, FunctionSpec const& spec)
    -> Invocation {
  return {std::string(net::make_request_id().view()),
          arn_of(request, spec, options_),
          request.payload,
          client_context_of(request),
          request.idempotency_key,
          request.trace_header};
}

void FunctionHost::Impl::invoke(CallId id, LambdaRequest const& request, Done done) {
  auto& function = functions_.find(short_function_name(request.function))->second;
  Admitted admitted{{id, ++last_}, to_invocation(request, function.spec), true};
  if (request.invocation_type == "DryRun") return done(response_of(204, "", admitted.invocation));
  if (function.running >= function.spec.concurrency_max &&
      function.waiting.size() >= options_.waiting_max)
    return done(too_many(admitted.invocation));
  if (request.invocation_type == "Event") {
    admitted.is_awaited = false;
    done(response_of(202, "", admitted.invocation));
  } else {
    open_.emplace(admitted.key, std::move(done));
  }
  admit(function, std::move(admitted));
}

void FunctionHost::Impl::admit(LocalFunction& function, Admitted admitted) {
  if (function.running < function.spec.concurrency_max) return begin(function, std::move(admitted));
  function.waiting.push_back(std::move(admitted));
}

void FunctionHost::Impl::begin(LocalFunction& function, Admitted admitted) {
  ++function.running;
  auto invocation = admitted.invocation;
  admitted.invocation.payload.clear();  // only what the answer is made of stays here
  function.runner->run(std::move(invocation),
                       [this, &function, admitted = std::move(admitted)](Outcome outcome) {
                         --function.running;
                         answer(admitted.key, response_of(std::move(outcome), admitted.invocation));
                         begin_waiting(function);
                       });
}

void FunctionHost::Impl::begin_waiting(LocalFunction& function) {
  while (!function.waiting.empty() && function.running < function.spec.concurrency_max) {
    auto next = std::move(function.waiting.front());
    function.waiting.pop_front();
    bool const is_wanted = !next.is_awaited || open_.contains(next.key);
    if (is_wanted) begin(function, std::move(next));
  }
}

void FunctionHost::Impl::answer(CallKey const& key, LambdaResponse response) {
  if (auto waiting = open_.extract(key)) waiting.mapped()(std::move(response));
}

void FunctionHost::Impl::cancel(CallId id) {
  auto at = open_.lower_bound({id, 0});
  while (at != open_.end() && at->first.first == id) open_.extract(at++).mapped()(cancelled());
}

FunctionHost::FunctionHost(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FunctionHost::~FunctionHost() = default;

auto FunctionHost::start(std::vector<FunctionSpec> functions, FunctionHostOptions options)
    -> Result<std::unique_ptr<FunctionHost>, std::string> {
  auto impl = std::make_unique<Impl>(std::move(options), TRY(ClientFolder::create()));
  for (auto& function : functions) TRY(impl->add(std::move(function)));
  impl->start();
  return std::unique_ptr<FunctionHost>(new FunctionHost(std::move(impl)));
}

auto FunctionHost::knows(std::string_view function) const -> bool { return impl_->knows(function); }

void FunctionHost::invoke(CallId id, LambdaRequest request, Done done) {
  impl_->post([impl = impl_.get(), id, request = std::move(request),
               done = std::move(done)]() mutable { impl->invoke(id, request, std::move(done)); });
}

void FunctionHost::cancel(CallId id) {
  impl_->post([impl = impl_.get(), id] { impl->cancel(id); });
}

}  // namespace treadle::integrations::functions
