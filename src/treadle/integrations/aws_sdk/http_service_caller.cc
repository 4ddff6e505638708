#include "treadle/integrations/aws_sdk/http_service_caller.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/integrations/aws_sdk/wire_request.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::integrations::aws_sdk {
namespace {

// What of a state's whole input the operation takes.
auto known_members(json::Arena& arena, ServiceModel const& model, Operation const& operation,
                   json::Value object) -> json::Value {
  std::vector<json::Member> known;
  if (operation.input)
    for (auto const& member : object.members())
      for (auto const& taken : model.shape(*operation.input).members)
        if (member.key == taken.shown_name || member.key == taken.name) {
          known.push_back(member);
          break;
        }
  return json::make_object(arena, known);
}

auto no_action(ServiceModel const& model, std::string_view action) -> std::string {
  if (!model.is_partial) return fmt::format("{} has no action '{}'", model.service_id, action);
  return fmt::format(
      "The action '{}' of {} is not among those that treadle knows without service models (install "
      "python3-botocore, or name a folder of models with --service-models DIR)",
      action, model.service_id);
}

using Kind = CallProblem::Kind;

constexpr Milliseconds kTimeDefault = std::chrono::seconds(60);
constexpr Milliseconds kTimeMax = std::chrono::minutes(15);

auto message(std::string text) -> ServiceError {
  ServiceError error;
  error.message = std::move(text);
  return error;
}

}  // namespace

// A call under way. Only on its loop, once it is among the lane's.
struct HttpServiceCaller::Open {
  CallId id;
  ServiceCall call;
  ServiceDone done;
  ServiceModelPtr model;
  Operation const* operation = nullptr;
  ServiceRequest request;
  ServiceLocation location;
  net::SteadyTime due;
  std::uint32_t attempts = 0;
  bool is_over = false;
  bool must_discover = false;  // where it goes
  bool was_misdirected = false;
  net::Timer retry;

  [[nodiscard]] auto problem(Kind kind, std::string text = {}) const -> CallProblem {
    CallProblem out;
    out.kind = kind;
    out.error = message(std::move(text));
    if (model) out.service_name = model->service_id;
    out.attempts = attempts;
    return out;
  }
  // Whether the service itself says where this is answered. Another server than AWS's own does not.
  [[nodiscard]] auto needs_discovery() const -> bool {
    return location.kind == ServiceLocation::Kind::kAws && operation->needs_discovery &&
           model->find_endpoint_operation() != nullptr;
  }
  [[nodiscard]] auto time_left() const -> Milliseconds {
    return std::chrono::duration_cast<Milliseconds>(due - std::chrono::steady_clock::now());
  }
  // Whether doing it twice is like doing it once.
  [[nodiscard]] auto is_safe_to_repeat() const -> bool {
    if (operation->method == "GET" || operation->method == "HEAD") return true;
    if (!operation->input) return false;
    auto const& members = model->shape(*operation->input).members;
    return std::ranges::any_of(members, &Member::is_idempotency_token);
  }
};

// The calls of one loop.
class HttpServiceCaller::Lane : public std::enable_shared_from_this<HttpServiceCaller::Lane> {
 public:
  Lane(HttpServiceCaller& caller, net::EventLoop& loop)
      : caller_(caller), parts_(caller.parts_), quota_(caller.quota_), loop_(loop) {}

  [[nodiscard]] auto loop() -> net::EventLoop& { return loop_; }

  void begin(std::shared_ptr<Open> const& open) {
    calls_.emplace(open->id, open);
    attempt(open);
  }

  void cancel(CallId id) {
    auto const [first, last] = calls_.equal_range(id);
    std::vector<std::shared_ptr<Open>> cancelled;
    for (auto at = first; at != last; ++at) cancelled.push_back(at->second);
    for (auto const& open : cancelled)
      end(open, std::unexpected(open->problem(Kind::kCancelled, "the call was cancelled")));
    parts_.http.cancel(id);
  }

 private:
  using OpenPtr = std::shared_ptr<Open>;

  void attempt(OpenPtr const& open) {
    if (open->location.kind == ServiceLocation::Kind::kLocal) return ask_local(open);
    if (open->must_discover) return discover(open);
    bool const has_keys = parts_.credentials.is_configured();
    if (open->operation->is_unsigned) return send(open, std::nullopt);
    if (open->location.kind == ServiceLocation::Kind::kEndpoint && !has_keys)
      return send(open, net::Credentials{"test", "test", ""});
    parts_.credentials.get(open->call.role_arn, open->call.region,
                           [self = weak_from_this(), waiting = std::weak_ptr(open),
                            &loop = loop_](CredentialProvider::Got const& got) {
                             loop.post([self, waiting, got] {
                               auto const lane = self.lock();
                               auto const then = waiting.lock();
                               if (lane && then) lane->got_credentials(then, got);
                             });
                           });
  }

  static auto endpoint_key(Open const& open) -> EndpointKey {
    return {open.call.service, open.call.region, open.call.role_arn};
  }

  void discover(OpenPtr const& open) {
    open->retry = loop_.run_after(open->time_left(), [this, open] { too_late(open); });
    caller_.endpoints_.get(
        endpoint_key(*open),
        [this, open](ServiceDone done) {
          ServiceCall ask{.service = open->call.service,
                          .action = std::string(open->model->find_endpoint_operation()->name),
                          .parameters = "{}",
                          .region = open->call.region,
                          .role_arn = open->call.role_arn,
                          .idempotency_token = {},
                          .timeout = {}};
          caller_.call({}, std::move(ask), std::move(done));
        },
        [self = weak_from_this(), waiting = std::weak_ptr(open),
         &loop = loop_](DiscoveredEndpoints::Got const& got) {
          loop.post([self, waiting, got] {
            auto const lane = self.lock();
            auto const then = waiting.lock();
            if (lane && then && !then->is_over) lane->discovered(then, got);
          });
        });
  }

  void discovered(OpenPtr const& open, DiscoveredEndpoints::Got const& got) {
    open->retry.cancel();
    if (!got)
      return end(open, std::unexpected(open->problem(
                           Kind::kNotSent, fmt::format("The endpoint of {} is not known: {}",
                                                       open->model->service_id, got.error()))));
    open->location.url = *got;
    open->must_discover = false;
    attempt(open);
  }

  // Whether a call that came to the wrong place is on its way to the right one.
  auto redirect(OpenPtr const& open, ServiceError const& error) -> bool {
    bool const is_misdirected = error.code == "InvalidEndpointException" || error.status == 421;
    if (!is_misdirected || open->was_misdirected || !open->needs_discovery()) return false;
    caller_.endpoints_.refused(endpoint_key(*open), open->location.url);
    open->was_misdirected = true;
    open->must_discover = true;
    attempt(open);
    return true;
  }

  void got_credentials(OpenPtr const& open, CredentialProvider::Got const& got) {
    if (open->is_over) return;
    if (got) return send(open, *got);
    end(open, std::unexpected(open->problem(
                  Kind::kNotSent,
                  fmt::format("Unable to load credentials from any of the providers in the chain "
                              "({}). To reach {}, {}.",
                              got.error(), open->model->service_id,
                              how_to_reach(open->call.service, open->model->service_id)))));
  }

  void send(OpenPtr const& open, std::optional<net::Credentials> const& keys) {
    if (open->time_left() <= Milliseconds(0)) return too_late(open);
    ++open->attempts;
    WireContext const context{.location = open->location,
                              .service = *open->model,
                              .operation = *open->operation,
                              .now = parts_.clock.now(),
                              .time_left = open->time_left()};
    parts_.http.send(open->id, to_http(open->request, context, keys),
                     [self = weak_from_this(), open](HttpOutcome outcome) {
                       auto const lane = self.lock();
                       if (!lane || !outcome || open->is_over) return;
                       lane->answered(open, std::move(*outcome));
                     });
  }

  void ask_local(OpenPtr const& open) {
    ++open->attempts;
    open->retry = loop_.run_after(open->time_left(), [this, open] { too_late(open); });
    auto request = to_local(open->request, open->call.service);
    auto const request_id = std::string(request.id.view());
    auto const service = parts_.local.find(open->call.service);
    auto responder = net::Responder::to([self = weak_from_this(), waiting = std::weak_ptr(open),
                                         &loop = loop_, request_id](net::Response&& response) {
      loop.post([self, waiting, answer = from_local(std::move(response), request_id)] {
        auto const lane = self.lock();
        auto const then = waiting.lock();
        if (lane && then && !then->is_over) lane->answered(then, answer);
      });
    });
    service->second(std::move(request), std::move(responder));
  }

  void answered(OpenPtr const& open, net::ClientResult const& result) {
    if (!result) return failed(open, result.error());
    auto answer =
        read_answer(*open->model, *open->operation, result->status, result->headers, result->body);
    if (answer) {
      quota_.give_back(open->attempts - 1);
      if (answer->output.size() > limits::kPayloadBytes)
        return end(open, std::unexpected(open->problem(Kind::kTooLarge)));
      return end(open, std::move(*answer));
    }
    if (redirect(open, answer.error())) return;
    auto problem = open->problem(Kind::kService);
    auto const kind = failure_kind(answer.error().code, answer.error().status);
    problem.error = std::move(answer).error();
    if (kind == FailureKind::kFinal || !try_again(open, kind))
      end(open, std::unexpected(std::move(problem)));
  }

  void failed(OpenPtr const& open, net::ClientError const& error) {
    using Http = net::ClientError::Kind;
    if (error.kind == Http::kTooLarge)
      return end(open, std::unexpected(open->problem(Kind::kTooLarge)));
    auto const kind = error.not_sent                 ? Kind::kNotSent
                      : error.kind == Http::kTimeout ? Kind::kTimeout
                                                     : Kind::kLost;
    bool const may_repeat = error.not_sent || open->is_safe_to_repeat();
    auto const failure = error.not_sent ? FailureKind::kTransient : FailureKind::kUnknown;
    // What is not HTTP now will not be next time.
    if (may_repeat && error.kind != Http::kProtocol && error.kind != Http::kTls &&
        try_again(open, failure))
      return;
    end(open, std::unexpected(open->problem(kind, error.message)));
  }

  // Whether the next attempt is on its way.
  auto try_again(OpenPtr const& open, FailureKind kind) -> bool {
    if (open->attempts >= kAttemptsMax) return false;
    auto const delay = retry_delay(kind, open->attempts, parts_.random.next_unit());
    if (delay >= open->time_left() || !quota_.take(kind)) return false;
    open->retry = loop_.run_after(delay, [this, open] {
      if (!open->is_over) attempt(open);
    });
    return true;
  }

  void too_late(OpenPtr const& open) {
    if (open->is_over) return;
    end(open, std::unexpected(open->problem(Kind::kTimeout, "no whole answer in time")));
  }

  void end(OpenPtr const& open, ServiceResult result) {
    open->is_over = true;
    open->retry.cancel();
    auto const [first, last] = calls_.equal_range(open->id);
    for (auto at = first; at != last; ++at) {
      if (at->second != open) continue;
      calls_.erase(at);
      break;
    }
    std::exchange(open->done, nullptr)(std::move(result));
  }

  HttpServiceCaller& caller_;
  ServiceCallerParts const parts_;
  RetryQuota& quota_;
  net::EventLoop& loop_;
  std::multimap<CallId, OpenPtr> calls_;
};

// Finds models: those that were found before at once, others, which are files of up to some MiB, on a
// thread of its own, one after another.
class HttpServiceCaller::Loader {
 public:
  using Found = std::move_only_function<void(Result<ServiceModelPtr, std::string>)>;

  explicit Loader(ServiceModels& models)
      : models_(models), thread_([this](std::stop_token const& stop) { work(stop); }) {}

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  // Any thread; `found` at once or on the loader's thread.
  void find(std::string const& service, Found found) {
    std::unique_lock lock(mutex_);
    if (auto const known = known_.find(service); known != known_.end()) {
      auto model = known->second;
      lock.unlock();
      return found(std::move(model));
    }
    waiting_.emplace_back(service, std::move(found));
    has_work_.notify_one();
  }

 private:
  void work(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    while (has_work_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
      auto [service, found] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      auto model = models_.find(service);
      lock.lock();
      // Names that no service has come from definitions, and there is no end of those.
      if (model) known_.emplace(service, *model);
      lock.unlock();
      found(std::move(model));
      lock.lock();
    }
  }

  ServiceModels& models_;
  std::mutex mutex_;
  std::condition_variable_any has_work_;
  std::deque<std::pair<std::string, Found>> waiting_;
  std::map<std::string, ServiceModelPtr, std::less<>> known_;
  std::jthread thread_;  // the last one, so that it ends first
};

HttpServiceCaller::HttpServiceCaller(ServiceCallerParts const& parts)
    : parts_(parts), endpoints_(parts.clock), loader_(std::make_unique<Loader>(parts.models)) {
  for (std::size_t i = 0; i < parts.loops.size(); ++i)
    lanes_.emplace(&parts.loops.at(i), std::make_shared<Lane>(*this, parts.loops.at(i)));
}

HttpServiceCaller::~HttpServiceCaller() = default;

void HttpServiceCaller::stop() { loader_->stop(); }

void HttpServiceCaller::call(CallId id, ServiceCall call, ServiceDone done) {
  auto const service = call.service;
  auto const ticket = waiting_.add(id);
  loader_->find(service, [this, id, ticket, call = std::move(call), done = std::move(done)](
                             Result<ServiceModelPtr, std::string> model) mutable {
    begin(id, ticket, std::move(call), std::move(done), std::move(model));
  });
}

void HttpServiceCaller::begin(CallId id, WaitingCalls::Ticket ticket, ServiceCall call,
                              ServiceDone done, Result<ServiceModelPtr, std::string> model) {
  auto const open = std::make_shared<Open>();
  open->id = id;
  auto const refuse = [&](CallProblem problem) { done(std::unexpected(std::move(problem))); };
  if (!waiting_.take(id, ticket))
    return refuse(open->problem(Kind::kCancelled, "the call was cancelled"));
  if (!model) return refuse(open->problem(Kind::kUnknown, model.error()));
  open->model = std::move(*model);
  open->operation = open->model->find_operation(call.action);
  if (open->operation == nullptr)
    return refuse(open->problem(Kind::kUnknown, no_action(*open->model, call.action)));
  json::Arena arena;
  auto const parameters = json::parse(arena, call.parameters);
  if (!parameters || !parameters->is_object()) {
    auto problem = open->problem(Kind::kParameters);
    problem.sentences = {"The parameters must be an object"};
    return refuse(std::move(problem));
  }
  auto const asked = call.leaves_out_unknown
                         ? known_members(arena, *open->model, *open->operation, *parameters)
                         : *parameters;
  auto request = make_request(*open->model, *open->operation, asked, call.idempotency_token);
  if (!request) {
    auto problem = open->problem(Kind::kParameters);
    problem.sentences = std::move(request).error();
    return refuse(std::move(problem));
  }
  open->request = std::move(*request);
  for (auto const& header : call.headers) open->request.headers.set(header.name, header.value);
  auto location =
      locate_service(parts_.configuration, {.id = call.service,
                                            .model = *open->model,
                                            .region = call.region,
                                            .is_local = parts_.local.contains(call.service),
                                            .has_credentials = parts_.credentials.is_configured()});
  if (!location) return refuse(open->problem(Kind::kNotSent, location.error()));
  if (location->kind == ServiceLocation::Kind::kAws)
    *location = parts_.locate(*open->model, call.region);
  open->location = std::move(*location);
  open->must_discover = open->needs_discovery();
  open->due =
      std::chrono::steady_clock::now() + std::min(call.timeout.value_or(kTimeDefault), kTimeMax);
  open->call = std::move(call);
  open->done = std::move(done);
  auto const& lane = lanes_.at(&parts_.http.loop_of(id));
  lane->loop().post([lane = lane.get(), open] { lane->begin(open); });
}

void HttpServiceCaller::cancel(CallId id) {
  waiting_.cancel(id);
  auto const& lane = lanes_.at(&parts_.http.loop_of(id));
  lane->loop().post([lane = lane.get(), id] { lane->cancel(id); });
}

void HttpServiceCaller::after(Milliseconds delay, std::move_only_function<void()> task) {
  auto& loop = parts_.loops.at(next_loop_++ % parts_.loops.size());
  loop.post([&loop, delay, task = std::move(task)]() mutable {
    loop.run_after(delay, std::move(task)).detach();
  });
}

auto HttpServiceCaller::is_local(std::string_view service) const -> bool {
  if (!parts_.local.contains(service)) return false;
  std::lock_guard const lock(are_local_mutex_);
  if (auto const known = are_local_.find(service); known != are_local_.end()) return known->second;
  auto const model = parts_.models.find(service);
  if (!model) return false;
  auto const location =
      locate_service(parts_.configuration, {.id = service,
                                            .model = **model,
                                            .region = parts_.configuration.region,
                                            .is_local = true,
                                            .has_credentials = parts_.credentials.is_configured()});
  bool const is_local = location && location->kind == ServiceLocation::Kind::kLocal;
  are_local_.emplace(service, is_local);
  return is_local;
}

}  // namespace treadle::integrations::aws_sdk
