#include "treadle/net/http_client.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/base/hmac.h"
#include "treadle/net/client_call.h"
#include "treadle/net/http_head.h"
#include "treadle/net/response_budget.h"

namespace treadle::net {

using Kind = ClientError::Kind;
using Stage = detail::ClientCall::Stage;

auto detail::ClientCall::due() const -> SteadyTime {
  auto const& limits = request.deadlines;
  auto due = began + limits.total;
  if (stage < Stage::kReceiving) due = std::min(due, began + limits.first_byte);
  if (stage == Stage::kConnecting) due = std::min(due, turn_came + limits.connect);
  return due;
}

auto detail::ClientCall::error(ClientError::Kind kind, std::string const& what, bool not_sent) const
    -> ClientError {
  auto const where = url.host.empty() ? "" : fmt::format("{} port {}: ", url.host, url.port);
  return {kind, where + what, not_sent};
}

auto detail::ClientCall::timeout_error() const -> ClientError {
  auto const limit = std::chrono::duration_cast<std::chrono::milliseconds>(due() - began);
  auto const* const what = stage <= Stage::kConnecting ? "no connection"
                           : stage == Stage::kAwaiting ? "no response"
                                                       : "no whole response";
  return error(Kind::kTimeout, fmt::format("{} within {} ms", what, limit.count()),
               stage <= Stage::kConnecting);
}

class HttpClient::Impl final : public ClientPool,
                               public std::enable_shared_from_this<HttpClient::Impl> {
 public:
  Impl(EventLoop& event_loop, HttpClientOptions client_options)
      : loop_(event_loop), options_(std::move(client_options)) {}

  auto loop() -> EventLoop& override { return loop_; }
  auto options() const -> HttpClientOptions const& override { return options_; }
  void enter(ClientCallPtr const& call, Stage stage) override;
  void finish(ClientCallPtr const& call, ClientResult result) override;
  void retry(ClientCallPtr const& call) override;
  void opened(ClientConnection& connection) override;
  void release(ClientConnection& connection) override;
  void remove(ClientConnection& connection) override;
  auto may_read_on(ClientConnection& connection, std::size_t bytes) -> bool override;
  void let_go(ClientConnection& connection) override;

  void begin(ClientCallPtr const& call);
  // Fails a call that cannot even be begun, later.
  void refuse(ClientCallPtr const& call, std::string const& what);
  void cancel(detail::ClientCall& call);
  void shut_down();

 private:
  // Everything that goes to one scheme, host and port, and trusts the same.
  struct Target {
    Target(std::size_t opening_limit, std::size_t unfinished_bytes_max)
        : opening_max(opening_limit), budget(unfinished_bytes_max) {}
    std::vector<ClientConnection*> idle;  // the one used last at the end
    std::deque<ClientCallPtr> waiting;
    std::size_t open = 0;     // or about to be
    std::size_t opening = 0;  // of these
    std::size_t opening_max;
    ResponseBudget budget;
  };

  void connect(ClientCallPtr const& call);
  void start_waiting(std::string const& key);
  void take_out(detail::ClientCall& call);
  void time_out(ClientCallPtr const& call);
  static auto key_of(detail::ClientCall const& call) -> std::string {
    auto const& url = call.url;
    auto key = fmt::format("{}://{}:{}", url.is_https ? "https" : "http", url.host, url.port);
    auto const& trusted = call.request.trusted_certificates;
    if (url.is_https && !trusted.empty()) key += '#' + to_hex(sha256(trusted));
    return key;
  }
  auto make_stream(detail::ClientCall const& call) -> std::shared_ptr<ClientStream>;

  auto target_of(std::string const& key) -> Target& {
    auto const is_tls = key.starts_with("https:");
    return targets_
        .try_emplace(key, is_tls ? options_.handshakes_per_target_max : SIZE_MAX,
                     options_.unfinished_bytes_max)
        .first->second;
  }
  [[nodiscard]] auto may_connect(Target const& target) const -> bool {
    return target.open < options_.connections_per_target_max && target.opening < target.opening_max;
  }

  EventLoop& loop_;
  HttpClientOptions options_;
  std::unique_ptr<TlsSettings> tls_;
  std::unordered_map<std::string, Target> targets_;
  std::unordered_map<ClientConnection*, std::shared_ptr<ClientConnection>> connections_;
  std::unordered_map<detail::ClientCall*, ClientCallPtr> calls_;
};

void HttpClient::Impl::enter(ClientCallPtr const& call, Stage stage) {
  call->stage = stage;
  call->deadline = loop_.run_at(call->due(), [this, weak = std::weak_ptr(call)] {
    if (auto const late = weak.lock()) time_out(late);
  });
}

void HttpClient::Impl::time_out(ClientCallPtr const& call) {
  auto error = call->timeout_error();
  take_out(*call);
  finish(call, std::unexpected(std::move(error)));
}

// The last thing that anybody does: the callback may destroy the client.
void HttpClient::Impl::finish(ClientCallPtr const& call, ClientResult result) {
  call->stage = Stage::kDone;
  call->deadline.cancel();
  calls_.erase(call.get());
  auto done = std::move(call->done);
  done(std::move(result));
}

void HttpClient::Impl::begin(ClientCallPtr const& call) {
  calls_.emplace(call.get(), call);
  auto& target = target_of(key_of(*call));
  if (!target.idle.empty()) {
    auto* const connection = target.idle.back();
    target.idle.pop_back();
    connection->run(call);
  } else if (may_connect(target)) {
    connect(call);
  } else if (target.waiting.size() < options_.waiting_per_target_max) {
    enter(call, Stage::kWaiting);
    target.waiting.push_back(call);
  } else {
    refuse(call, "too many calls wait for a connection");
  }
}

void HttpClient::Impl::refuse(ClientCallPtr const& call, std::string const& what) {
  calls_.emplace(call.get(), call);
  loop_.post([weak = weak_from_this(), call_weak = std::weak_ptr(call), what] {
    auto const self = weak.lock();
    auto const refused = call_weak.lock();
    if (!self || !refused || refused->stage == Stage::kDone) return;
    self->finish(refused, std::unexpected(refused->error(Kind::kConnect, what, true)));
  });
}

void HttpClient::Impl::connect(ClientCallPtr const& call) {
  call->turn_came = std::chrono::steady_clock::now();
  enter(call, Stage::kConnecting);
  auto key = key_of(*call);
  ++target_of(key).open;
  ++target_of(key).opening;
  auto const connection =
      std::make_shared<ClientConnection>(*this, std::move(key), make_stream(*call));
  connections_.emplace(connection.get(), connection);
  connection->open(call);
}

auto HttpClient::Impl::make_stream(detail::ClientCall const& call)
    -> std::shared_ptr<ClientStream> {
  if (!call.url.is_https) return make_client_stream(loop_, nullptr);
  if (auto const& trusted = call.request.trusted_certificates; !trusted.empty()) {
    auto settings = TlsSettings::trusting(trusted);
    return make_client_stream(loop_, &settings);
  }
  if (!tls_) tls_ = std::make_unique<TlsSettings>(options_.ca_file);
  return make_client_stream(loop_, tls_.get());
}

void HttpClient::Impl::retry(ClientCallPtr const& call) { connect(call); }

void HttpClient::Impl::opened(ClientConnection& connection) {
  auto const key = connection.target();
  --target_of(key).opening;
  start_waiting(key);
}

void HttpClient::Impl::release(ClientConnection& connection) {
  auto& target = target_of(connection.target());
  if (!target.waiting.empty()) {
    auto const call = std::move(target.waiting.front());
    target.waiting.pop_front();
    return connection.run(call);
  }
  target.idle.push_back(&connection);
  connection.idle_timer = loop_.run_after(options_.idle_time, [this, &connection] {
    connection.close();
    remove(connection);
  });
}

void HttpClient::Impl::remove(ClientConnection& connection) {
  auto const kept = connections_.extract(&connection);
  if (kept.empty()) return;
  auto const key = connection.target();
  auto& target = target_of(key);
  std::erase(target.idle, &connection);
  --target.open;
  if (!connection.is_open()) --target.opening;
  start_waiting(key);
}

auto HttpClient::Impl::may_read_on(ClientConnection& connection, std::size_t bytes) -> bool {
  return bytes <= ResponseBudget::kFreeBytes ||
         target_of(connection.target()).budget.take(connection, bytes);
}

void HttpClient::Impl::let_go(ClientConnection& connection) {
  auto const found = targets_.find(connection.target());
  if (found == targets_.end()) return;
  for (auto* const next : found->second.budget.give_back(connection)) next->read_on();
}

void HttpClient::Impl::start_waiting(std::string const& key) {
  auto const found = targets_.find(key);
  auto& target = found->second;
  if (target.waiting.empty()) {
    if (target.open == 0) targets_.erase(found);
    return;
  }
  if (!may_connect(target)) return;
  auto const call = std::move(target.waiting.front());
  target.waiting.pop_front();
  connect(call);
}

void HttpClient::Impl::take_out(detail::ClientCall& call) {
  call.stage = Stage::kDone;
  call.deadline.cancel();
  if (auto* const connection = call.connection) {
    connection->close();
    return remove(*connection);
  }
  auto const found = targets_.find(key_of(call));
  if (found == targets_.end()) return;
  std::erase_if(found->second.waiting,
                [&](ClientCallPtr const& other) { return other.get() == &call; });
}

void HttpClient::Impl::cancel(detail::ClientCall& call) {
  take_out(call);
  calls_.erase(&call);
}

void HttpClient::Impl::shut_down() {
  for (auto const& [pointer, connection] : connections_) connection->close();
  connections_.clear();
  targets_.clear();
  auto const calls = std::exchange(calls_, {});
  for (auto const& [pointer, call] : calls) {
    call->stage = Stage::kDone;
    call->deadline.cancel();
  }
}

HttpClient::HttpClient(EventLoop& loop, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {}

HttpClient::~HttpClient() { impl_->shut_down(); }

auto HttpClient::send(ClientRequest request, std::move_only_function<void(ClientResult)> done)
    -> CallHandle {
  TREADLE_ASSERT(impl_->loop().is_current());
  auto const call = std::make_shared<detail::ClientCall>();
  call->began = std::chrono::steady_clock::now();
  call->request = std::move(request);
  call->done = std::move(done);
  call->stop = [weak = std::weak_ptr(impl_)](detail::ClientCall& stopped) {
    if (auto const impl = weak.lock()) impl->cancel(stopped);
  };
  auto const is_field = [](Header const& field) {
    return is_token(field.name) && is_field_value(field.value);
  };
  auto const& headers = call->request.headers;
  auto url = parse_url(call->request.url);
  if (!url || !is_token(call->request.method)) {
    impl_->refuse(call, "the URL or the method is not valid");
  } else if (!std::ranges::all_of(headers, is_field)) {
    impl_->refuse(call, "a header has a character that is not allowed");
  } else {
    call->url = std::move(*url);
    impl_->begin(call);
  }
  return CallHandle(call);
}

void CallHandle::cancel() {
  auto const call = std::exchange(call_, {}).lock();
  if (!call || call->stage == Stage::kDone) return;
  auto const stop = std::move(call->stop);
  call->done = nullptr;
  stop(*call);
}

}  // namespace treadle::net
