#include "treadle/net/http_server.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include "treadle/net/deadline_wheel.h"
#include "treadle/net/server_connection.h"

namespace treadle::net {
namespace asio = boost::asio;
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Executor =
    asio::io_context::executor_type;  // concrete: asio's default one costs a virtual call a step
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using Clock = std::chrono::steady_clock;

auto constexpr kAcceptedAtOnceMax = 64;  // then other work gets its turn
auto constexpr kBacklog = 4096;
auto constexpr kAcceptPause = std::chrono::milliseconds(100);  // out of file descriptors or memory
auto constexpr kTickMin = std::chrono::milliseconds(5);
auto constexpr kTickMax = std::chrono::milliseconds(250);

// A tick fine enough for the shortest of the deadlines.
auto tick_for(HttpServerOptions const& options) -> SteadyDuration {
  auto const shortest =
      std::min({options.head_time, options.body_time, options.idle_time, options.write_time,
                options.stream_idle_time, options.linger_time});
  return std::clamp(shortest / 4, kTickMin, kTickMax);
}

class Listener;

// What the loops of one server share.
struct Shared {
  HttpServerOptions options;
  HttpServer::Handler handler;
  std::size_t connections_per_loop_max = 0;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> loops_working = 0;
  Task stopped;  // set before the loops are told to stop, run by the last of them
  // Of each loop, and how many connections it has or is about to get. Set before any loop runs.
  std::vector<Listener*> listeners;
  std::vector<std::atomic<std::size_t>> loads;

  std::mutex mutex;
  std::unordered_map<std::string, std::size_t> connections_by_address;  // guarded by mutex

  [[nodiscard]] auto admit(std::string const& address) -> bool {
    auto const lock = std::scoped_lock(mutex);
    auto& count = connections_by_address[address];
    if (count >= options.connections_per_address_max) return false;
    ++count;
    return true;
  }
  void leave(std::string const& address) {
    auto const lock = std::scoped_lock(mutex);
    auto const found = connections_by_address.find(address);
    if (--found->second == 0) connections_by_address.erase(found);
  }
};

// An accepted socket on its way to another loop; closed if it does not get there.
class Parcel {
 public:
  Parcel(int descriptor, tcp::endpoint peer) : peer_(std::move(peer)), descriptor_(descriptor) {}
  Parcel(Parcel&& other) noexcept
      : peer_(other.peer_), descriptor_(std::exchange(other.descriptor_, -1)) {}
  ~Parcel() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] auto peer() const -> tcp::endpoint const& { return peer_; }
  auto take() -> int { return std::exchange(descriptor_, -1); }

 private:
  tcp::endpoint peer_;
  int descriptor_;
};

enum class PortUse : std::uint8_t { kAlone, kShared };

auto listen_at(Acceptor& acceptor, tcp::endpoint const& endpoint, PortUse use) -> error_code {
  auto error = error_code();
  auto const has_failed = acceptor.open(endpoint.protocol(), error) ||
                          acceptor.set_option(tcp::acceptor::reuse_address(true), error) ||
                          acceptor.set_option(ReusePort(use == PortUse::kShared), error) ||
                          acceptor.bind(endpoint, error) || acceptor.listen(kBacklog, error);
  return has_failed ? error : error_code();
}

// One loop's share of a server: its listening socket, its connections, their deadlines.
class Listener final : public ConnectionOwner, public std::enable_shared_from_this<Listener> {
 public:
  Listener(EventLoop& loop, std::size_t index, std::shared_ptr<Shared> shared)
      : loop_(loop),
        index_(index),
        shared_(std::move(shared)),
        acceptor_(loop.context().get_executor()),
        wheel_(tick_for(shared_->options), Clock::now()) {}

  auto open(tcp::endpoint const& endpoint) -> error_code;
  [[nodiscard]] auto port() const -> std::uint16_t { return acceptor_.local_endpoint().port(); }
  void accept();
  void stop(SteadyDuration grace);
  void abandon();

  [[nodiscard]] auto loop() -> EventLoop& override { return loop_; }
  [[nodiscard]] auto options() const -> HttpServerOptions const& override {
    return shared_->options;
  }
  void handle(Request&& request, Responder responder) override {
    shared_->handler(std::move(request), std::move(responder));
  }
  auto open_stream(Request&& head, StreamExchange exchange)
      -> std::shared_ptr<StreamReceiver> override {
    return shared_->options.streams.open(std::move(head), std::move(exchange));
  }
  void set_deadline(ServerConnection& connection, std::optional<SteadyTime> due) override;
  void remove(std::shared_ptr<ServerConnection> const& connection) override;

 private:
  // The address a connection counts for; empty when it counts for none.
  using Connections = std::unordered_map<std::shared_ptr<ServerConnection>, std::string>;

  void accept_waiting();
  [[nodiscard]] auto load() -> std::atomic<std::size_t>& { return shared_->loads[index_]; }
  void place(Parcel parcel);
  void add(Parcel parcel);
  void tick();
  void close_all();
  void report_if_stopped();

  EventLoop& loop_;
  std::size_t const index_;
  std::shared_ptr<Shared> const shared_;
  Acceptor acceptor_;
  DeadlineWheel wheel_;
  Connections connections_;
  Timer tick_timer_;
  Timer accept_timer_;
  Timer grace_timer_;
  bool is_ticking_ = false;
  bool is_accepting_ = false;
  bool is_stopping_ = false;
  bool is_reported_ = false;
};

auto Listener::open(tcp::endpoint const& endpoint) -> error_code {
  auto const error = listen_at(acceptor_, endpoint, PortUse::kShared);
  if (error) return error;
  auto blocking_error = error_code();
  return acceptor_.non_blocking(true, blocking_error);
}

void Listener::accept() {
  auto const is_full = load() >= shared_->connections_per_loop_max;
  if (is_accepting_ || is_stopping_ || is_full || accept_timer_.is_pending()) return;
  is_accepting_ = true;
  acceptor_.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](error_code error) {
    self->is_accepting_ = false;
    if (!error && !self->is_stopping_) self->accept_waiting();
  });
}

void Listener::accept_waiting() {
  for (auto i = 0; i < kAcceptedAtOnceMax; ++i) {
    if (load() >= shared_->connections_per_loop_max) return;
    auto peer = tcp::endpoint();
    auto size = static_cast<socklen_t>(peer.capacity());
    auto const descriptor =
        ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      peer.resize(size);
      place({descriptor, peer});
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != ECONNABORTED && errno != EINTR) {
      // Out of descriptors or memory: they stay in the backlog; asking again at once would spin.
      accept_timer_ = loop_.run_after(kAcceptPause, [this] { accept(); });
      return;
    }
  }
  accept();
}

// The kernel spreads connections by chance, so a few busy ones may all come to one loop: each goes to
// the loop that has the fewest.
void Listener::place(Parcel parcel) {
  auto const least =
      std::ranges::min_element(shared_->loads, {}, [](auto const& l) { return l.load(); });
  auto const to =
      *least < load() ? static_cast<std::size_t>(least - shared_->loads.begin()) : index_;
  ++shared_->loads[to];
  if (to == index_) return add(std::move(parcel));
  auto const listener = shared_->listeners[to]->shared_from_this();
  listener->loop_.post(
      [listener, sent = std::move(parcel)]() mutable { listener->add(std::move(sent)); });
}

void Listener::add(Parcel parcel) {
  if (is_stopping_) {
    --load();
    return;
  }
  auto const address = parcel.peer().address();
  auto socket = AcceptedSocket{parcel.take(), address.is_v6(), {}};
  auto const is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  auto const plain =
      is_mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()) : address;
  socket.remote = plain.to_string();
  auto counted_for = plain.is_loopback() ? std::string() : socket.remote;
  if (!counted_for.empty() && !shared_->admit(counted_for)) {
    ::close(socket.descriptor);
    --load();
    return accept();
  }
  auto connection = make_connection(shared_from_this(), std::move(socket));
  connections_.emplace(connection, std::move(counted_for));
  ++shared_->connections;
  connection->start();
}

void Listener::remove(std::shared_ptr<ServerConnection> const& connection) {
  auto const removed = connections_.extract(connection);
  if (removed.empty()) return;
  --shared_->connections;
  --load();
  if (!removed.mapped().empty()) shared_->leave(removed.mapped());
  report_if_stopped();
  accept();
}

void Listener::set_deadline(ServerConnection& connection, std::optional<SteadyTime> due) {
  if (!due) return wheel_.clear(connection);
  wheel_.set(connection, *due);
  if (std::exchange(is_ticking_, true)) return;
  tick_timer_ = loop_.run_after(wheel_.tick(), [this] { tick(); });
}

void Listener::tick() {
  auto const self = shared_from_this();
  wheel_.advance(Clock::now(),
                 [](DeadlineWheel::Node& node) { static_cast<ServerConnection&>(node).expire(); });
  is_ticking_ = !wheel_.empty();
  if (is_ticking_) tick_timer_ = loop_.run_after(wheel_.tick(), [this] { tick(); });
}

void Listener::stop(SteadyDuration grace) {
  is_stopping_ = true;
  auto error = error_code();
  std::ignore = acceptor_.close(error);
  grace_timer_ = loop_.run_after(grace, [this] { close_all(); });
  auto connections = std::vector<std::shared_ptr<ServerConnection>>();
  for (auto const& [connection, address] : connections_) connections.push_back(connection);
  for (auto const& connection : connections) connection->drain();
  report_if_stopped();
}

void Listener::close_all() {
  auto const self = shared_from_this();
  while (!connections_.empty()) {
    auto const connection = connections_.begin()->first;  // close() removes it from the map
    connection->close();
  }
}

void Listener::report_if_stopped() {
  if (!is_stopping_ || !connections_.empty() || std::exchange(is_reported_, true)) return;
  grace_timer_.cancel();
  tick_timer_.cancel();
  accept_timer_.cancel();
  if (shared_->loops_working-- == 1) loop_.post(std::exchange(shared_->stopped, nullptr));
}

// While no thread runs the loop: leaves no socket open and nobody is told.
void Listener::abandon() {
  is_stopping_ = is_reported_ = true;
  auto error = error_code();
  std::ignore = acceptor_.close(error);
  close_all();
  grace_timer_.cancel();
  tick_timer_.cancel();
  accept_timer_.cancel();
}

// Whether somebody else listens there: with SO_REUSEPORT two servers of one user would share the
// port unnoticed.
auto is_taken(EventLoop& loop, tcp::endpoint const& endpoint) -> error_code {
  auto probe = Acceptor(loop.context().get_executor());
  return listen_at(probe, endpoint, PortUse::kAlone);
}

}  // namespace

struct HttpServer::Impl {
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::vector<std::shared_ptr<Listener>> listeners;
  std::uint16_t port = 0;

  auto open(EventLoops& loops) -> Result<void, std::string> {
    auto const& options = shared->options;
    auto error = error_code();
    auto endpoint = tcp::endpoint(asio::ip::make_address(options.address, error), options.port);
    if (!error && options.port != 0) error = is_taken(loops.at(0), endpoint);
    for (auto i = std::size_t{0}; i < loops.size() && !error; ++i) {
      auto listener = std::make_shared<Listener>(loops.at(i), i, shared);
      error = listener->open(endpoint);
      if (error) break;
      endpoint.port(listener->port());
      shared->listeners.push_back(listener.get());
      listeners.push_back(std::move(listener));
    }
    if (error) {
      return std::unexpected(fmt::format("cannot listen on {} port {}: {}", options.address,
                                         endpoint.port(), error.message()));
    }
    port = endpoint.port();
    return {};
  }
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  for (auto const& listener : impl_->listeners) listener->abandon();
}

auto HttpServer::listen(EventLoops& loops, HttpServerOptions options, Handler handler)
    -> Result<std::unique_ptr<HttpServer>, std::string> {
  auto impl = std::make_unique<Impl>();
  auto& shared = *impl->shared;
  shared.options = std::move(options);
  shared.handler = std::move(handler);
  shared.connections_per_loop_max =
      (shared.options.connections_max + loops.size() - 1) / loops.size();
  shared.loops_working = loops.size();
  shared.loads = std::vector<std::atomic<std::size_t>>(loops.size());
  TRY(impl->open(loops));
  for (auto const& listener : impl->listeners) {
    listener->loop().post([listener] { listener->accept(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

auto HttpServer::port() const -> std::uint16_t { return impl_->port; }

auto HttpServer::connections() const -> std::size_t { return impl_->shared->connections; }

void HttpServer::stop(SteadyDuration grace, Task done) {
  impl_->shared->stopped = std::move(done);
  for (auto const& listener : impl_->listeners) {
    listener->loop().post([listener, grace] { listener->stop(grace); });
  }
}

}  // namespace treadle::net
