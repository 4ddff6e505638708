#include "treadle/integrations/functions/runtime_process.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/assert.h"

namespace treadle::integrations::functions {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kRoot = "/2018-06-01/runtime/";
constexpr std::string_view kInvocation = "invocation/";

auto server_options() -> net::HttpServerOptions {
  net::HttpServerOptions options;
  options.body_bytes_max = 6 * 1024 * 1024 + 64 * 1024;
  options.idle_time = std::chrono::hours(24);  // a handler may compute for long before it answers
  return options;
}

auto json_response(int status, std::string body) -> net::Response {
  net::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

auto accepted() -> net::Response { return json_response(202, R"({"status":"OK"})"); }

auto refused(int status, std::string_view type, std::string_view message) -> net::Response {
  return json_response(status, failed_outcome(type, message).payload);
}

auto deadline_ms(milliseconds limit) -> std::string {
  auto const now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  return std::to_string((now + limit).time_since_epoch().count());
}

auto invocation_response(Invocation& invocation, FunctionSpec const& function) -> net::Response {
  auto response = json_response(200, std::move(invocation.payload));
  response.headers.set("Lambda-Runtime-Aws-Request-Id", invocation.request_id);
  response.headers.set("Lambda-Runtime-Deadline-Ms", deadline_ms(function.timeout));
  response.headers.set("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn);
  for (auto const& [name, value] :
       {std::pair("Lambda-Runtime-Trace-Id", &invocation.trace_header),
        std::pair("Lambda-Runtime-Client-Context", &invocation.client_context),
        std::pair("Treadle-Idempotency-Key", &invocation.idempotency_key)})
    if (!value->empty()) response.headers.set(name, *value);
  return response;
}

}  // namespace

RuntimeProcess::RuntimeProcess(RunnerContext const& context, FunctionSpec const& function,
                               OnGone on_gone)
    : context_(context), function_(function), on_gone_(std::move(on_gone)) {}

RuntimeProcess::~RuntimeProcess() = default;

auto RuntimeProcess::start(RunnerContext const& context, FunctionSpec const& function,
                           OnGone on_gone) -> std::shared_ptr<RuntimeProcess> {
  std::shared_ptr<RuntimeProcess> self(new RuntimeProcess(context, function, std::move(on_gone)));
  if (auto listening = self->listen(); listening) {
    self->start_process();
  } else {
    context.loop().post([self, message = listening.error()] {
      self->end({ProcessEnd::Kind::kNotStarted, 0, message});
    });
  }
  return self;
}

auto RuntimeProcess::listen() -> Result<void, std::string> {
  server_ = TRY(net::HttpServer::listen(
      context_.loops, server_options(),
      [weak = weak_from_this()](net::Request&& request, net::Responder responder) {
        if (auto const self = weak.lock()) self->handle(request, std::move(responder));
      }));
  return {};
}

void RuntimeProcess::start_process() {
  bool const is_node = function_.runtime == FunctionRuntime::kNodejs;
  ProcessSpec spec;
  spec.arguments = is_node
                       ? std::vector<std::string>{"node", context_.client_folder + "/nodejs.cjs"}
                       : std::vector<std::string>{"python3", context_.client_folder + "/python.py"};
  spec.environment = process_environment_of(
      function_, context_.options,
      {{"AWS_LAMBDA_RUNTIME_API", fmt::format("127.0.0.1:{}", server_->port())},
       {"PYTHONUNBUFFERED", "1"},
       {"PYTHONDONTWRITEBYTECODE", "1"},
       {"LAMBDA_RUNTIME_DIR", context_.client_folder}});
  spec.directory = function_.code;
  auto lines = std::make_shared<LogLines>(context_, function_);
  ProcessEvents events;
  events.on_output = [lines](OutputStream stream, std::string_view bytes) {
    lines->add(stream, bytes);
  };
  events.on_end = [lines, weak = weak_from_this(), &loop = context_.loop()](ProcessEnd end) {
    lines->finish();
    loop.post([weak, end = std::move(end)] {
      if (auto const self = weak.lock()) self->end(end);
    });
  };
  process_ = context_.children.start(std::move(spec), {}, std::move(events));
  deadline_ = context_.loop().run_after(context_.options.init_time,
                                        [this] { expire(context_.options.init_time); });
}

auto RuntimeProcess::outcome_of(ProcessEnd const& end) const -> Outcome {
  if (init_error_) return *init_error_;
  auto const& id = current_->invocation.request_id;
  if (end.kind == ProcessEnd::Kind::kNotStarted)
    return failed_outcome("Runtime.InvalidEntrypoint",
                          fmt::format("RequestId: {} Error: {}", id, end.message));
  return exited_outcome(id, end);
}

void RuntimeProcess::end(ProcessEnd const& end) {
  bool const has_served = phase_ != Phase::kStarting;
  phase_ = Phase::kEnding;
  deadline_.cancel();
  waiting_.reset();
  std::optional<PendingInvocation> untaken;
  if (current_ && has_served && !current_->is_taken)
    untaken = *std::exchange(current_, std::nullopt);
  if (current_) finish(outcome_of(end));
  if (server_) context_.retired.add(std::move(server_));
  on_gone_(std::move(untaken));
}

void RuntimeProcess::run(Invocation invocation, OutcomeDone done) {
  TREADLE_ASSERT(is_free());
  current_ = Current{{std::move(invocation), std::move(done)}, false};
  if (waiting_) deliver();
}

void RuntimeProcess::kill() {
  phase_ = Phase::kEnding;
  if (process_) context_.children.kill(*process_);
}

void RuntimeProcess::handle(net::Request const& request, net::Responder responder) {
  std::string_view path = request.target;
  path = path.substr(0, path.find('?'));
  if (!path.starts_with(kRoot))
    return responder.send(refused(404, "NotFound", "there is no such path"));
  path.remove_prefix(kRoot.size());
  bool const is_post = request.method == "POST";
  if (request.method == "GET" && path == "invocation/next") return next(std::move(responder));
  if (is_post && path == "init/error") return accept_init_error(request, std::move(responder));
  auto const slash = path.rfind('/');
  if (is_post && path.starts_with(kInvocation) && slash > kInvocation.size()) {
    auto const request_id = path.substr(kInvocation.size(), slash - kInvocation.size());
    auto const kind = path.substr(slash + 1);
    if (kind == "response")
      return accept(request_id, result_outcome(request.body), std::move(responder));
    if (kind == "error")
      return accept(request_id, {Outcome::Kind::kFailed, request.body}, std::move(responder));
  }
  responder.send(refused(404, "NotFound", "there is no such path"));
}

void RuntimeProcess::next(net::Responder responder) {
  if (current_ && current_->is_taken)  // it asks for more before it has answered
    return responder.send(
        refused(403, "InvalidStateTransition", "the invocation has not been answered"));
  if (phase_ == Phase::kStarting) phase_ = Phase::kServing;
  if (!current_) deadline_.cancel();
  waiting_.emplace(std::move(responder));
  if (current_) deliver();
}

void RuntimeProcess::deliver() {
  auto response = invocation_response(current_->invocation, function_);
  current_->is_taken = true;
  deadline_ = context_.loop().run_after(function_.timeout, [this] { expire(function_.timeout); });
  auto responder = *std::exchange(waiting_, std::nullopt);
  responder.send(std::move(response));
}

void RuntimeProcess::accept(std::string_view request_id, Outcome outcome,
                            net::Responder responder) {
  if (!current_ || !current_->is_taken || current_->invocation.request_id != request_id)
    return responder.send(refused(400, "InvalidRequestID", "no such invocation is under way"));
  responder.send(accepted());
  finish(std::move(outcome));
}

void RuntimeProcess::accept_init_error(net::Request const& request, net::Responder responder) {
  init_error_ = Outcome{Outcome::Kind::kFailed, request.body};
  responder.send(accepted());
}

void RuntimeProcess::finish(Outcome outcome) {
  deadline_.cancel();
  auto done = std::move(current_->done);
  current_.reset();
  done(std::move(outcome));
}

void RuntimeProcess::expire(Milliseconds limit) {
  auto const self = shared_from_this();  // finish() may drop the last owner
  kill();
  if (current_) finish(timed_out_outcome(current_->invocation.request_id, limit));
}

}  // namespace treadle::integrations::functions
