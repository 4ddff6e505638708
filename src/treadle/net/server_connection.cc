#include "treadle/net/server_connection.h"

#include <algorithm>
#include <atomic>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "treadle/net/http1_session.h"

namespace treadle::net {
namespace asio = boost::asio;
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Executor =
    asio::io_context::executor_type;  // concrete: asio's default one costs a virtual call a step
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Clock = std::chrono::steady_clock;
using Reading = Http1Session::Reading;

auto constexpr kInputBytesMin = std::size_t{4} * 1024;
auto constexpr kInputBytesMax = std::size_t{64} * 1024;
auto constexpr kOutputBytesKept = std::size_t{8} * 1024;  // by an idle connection

class Connection final : public ServerConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ConnectionOwner> owner, AcceptedSocket socket)
      : owner_(std::move(owner)),
        socket_(owner_->loop().context().get_executor(), socket.is_ipv6 ? tcp::v6() : tcp::v4(),
                socket.descriptor),
        session_(owner_->options(),
                 [this](Request&& request, std::uint64_t exchange) {
                   request.remote = remote_;
                   owner_->handle(std::move(request), {shared_from_this(), exchange});
                 }),
        remote_(std::move(socket.remote)) {}

  void start() override;
  void drain() override;
  void close() override;
  void expire() override;
  void deliver(std::uint64_t exchange, Response&& response) override;
  [[nodiscard]] auto is_gone() const -> bool override { return closed_; }

 private:
  void read();
  void on_read(error_code error, std::size_t bytes);
  void feed();
  void forget_input();
  void settle();
  void flush();
  void write_rest();
  void finish();
  void update_deadline();
  [[nodiscard]] auto deadline() const -> std::optional<SteadyTime>;

  std::shared_ptr<ConnectionOwner> const owner_;
  Socket socket_;
  Http1Session session_;
  std::string const remote_;
  std::vector<char> input_;
  std::size_t input_begin_ = 0;  // of what the session has not taken yet
  std::size_t input_end_ = 0;
  std::string unwritten_;  // being written asynchronously
  std::size_t written_ = 0;
  SteadyTime written_at_{};
  SteadyTime phase_since_ = Clock::now();
  std::uint64_t phase_request_ = 0;
  Reading phase_ = Reading::kIdle;
  bool was_answering_ = false;
  bool is_reading_ = false;
  bool is_feeding_ = false;
  bool is_lingering_ = false;
  bool input_ended_ = false;
  std::atomic<bool> closed_ = false;
};

void Connection::start() {
  auto error = error_code();
  if (socket_.set_option(tcp::no_delay(true), error) || socket_.non_blocking(true, error)) {
    return close();
  }
  settle();
}

void Connection::drain() {
  session_.drain();
  settle();
}

void Connection::close() {
  if (closed_.exchange(true)) return;
  auto error = error_code();
  std::ignore = socket_.close(error);
  owner_->set_deadline(*this, std::nullopt);
  owner_->remove(shared_from_this());
}

void Connection::deliver(std::uint64_t exchange, Response&& response) {
  if (closed_) return;
  if (!owner_->loop().is_current()) {
    owner_->loop().post(
        [self = shared_from_this(), exchange, answer = std::move(response)]() mutable {
          self->deliver(exchange, std::move(answer));
        });
    return;
  }
  session_.answer(exchange, response);
  if (is_feeding_) return;
  if (input_begin_ < input_end_) {  // not here: the caller may be another request's handler
    owner_->loop().post([self = shared_from_this()] { self->feed(); });
  }
  settle();
}

void Connection::read() {
  auto const has_use = is_lingering_ || (session_.accepts_input() && unwritten_.empty());
  if (is_reading_ || closed_ || input_ended_ || !has_use || input_begin_ < input_end_) return;
  if (input_.empty()) input_.resize(kInputBytesMin);
  is_reading_ = true;
  socket_.async_read_some(asio::buffer(input_),
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                            self->on_read(error, bytes);
                          });
}

void Connection::on_read(error_code error, std::size_t bytes) {
  is_reading_ = false;
  if (closed_) return;
  if (error == asio::error::eof) {
    input_ended_ = true;
    session_.end_of_input();
    return settle();
  }
  if (error) return close();
  if (is_lingering_) return read();
  input_begin_ = 0;
  input_end_ = bytes;
  feed();
}

void Connection::feed() {
  if (closed_ || is_feeding_) return;
  is_feeding_ = true;
  input_begin_ += session_.feed({input_.data() + input_begin_, input_end_ - input_begin_});
  is_feeding_ = false;
  if (input_begin_ == input_end_) forget_input();
  settle();
}

// The buffer grows while whole requests do not fit it, and is small again when the connection
// idles.
void Connection::forget_input() {
  auto const was_full = input_end_ == input_.size();
  if (was_full && input_.size() < kInputBytesMax) {
    input_.resize(input_.size() * 2);
  } else if (!was_full && input_.size() > kInputBytesMin && session_.reading() == Reading::kIdle) {
    input_ = {};
  }
  input_begin_ = input_end_ = 0;
}

// After anything that changed the session: writes, ends, waits.
void Connection::settle() {
  if (closed_) return;
  flush();
  if (closed_) return;
  if (session_.is_over() && unwritten_.empty()) finish();
  if (closed_) return;
  update_deadline();
  read();
}

void Connection::flush() {
  auto& output = session_.output();
  if (output.empty() || !unwritten_.empty()) return;
  auto error = error_code();
  auto const sent = socket_.write_some(asio::buffer(output), error);
  if (error && error != asio::error::would_block) return close();
  if (sent == output.size()) {
    output.clear();
    if (output.capacity() > kOutputBytesKept) output.shrink_to_fit();
    return;
  }
  unwritten_.swap(output);
  written_ = sent;
  written_at_ = Clock::now();
  write_rest();
}

void Connection::write_rest() {
  socket_.async_write_some(asio::buffer(unwritten_.data() + written_, unwritten_.size() - written_),
                           [self = shared_from_this()](error_code error, std::size_t bytes) {
                             if (self->closed_) return;
                             if (error) return self->close();
                             self->written_ += bytes;
                             self->written_at_ = Clock::now();
                             if (self->written_ < self->unwritten_.size()) {
                               self->write_rest();
                               return self->update_deadline();
                             }
                             self->unwritten_ = {};
                             self->settle();
                           });
}

// Closes our side and waits for the client to close its own: to close at once while it still sends
// would take back the answer that it has not read yet.
void Connection::finish() {
  if (input_ended_) return close();
  if (std::exchange(is_lingering_, true)) return;
  auto error = error_code();
  if (socket_.shutdown(tcp::socket::shutdown_send, error)) return close();
  input_begin_ = input_end_ = 0;
  phase_since_ = Clock::now();
}

void Connection::update_deadline() {
  auto const is_answering = session_.unanswered() > 0;
  auto const has_moved = session_.reading() != phase_ || session_.requests() != phase_request_ ||
                         is_answering != was_answering_;
  if (has_moved && !is_lingering_) {
    phase_ = session_.reading();
    phase_request_ = session_.requests();
    phase_since_ = Clock::now();
    was_answering_ = is_answering;
  }
  owner_->set_deadline(*this, deadline());
}

auto Connection::deadline() const -> std::optional<SteadyTime> {
  auto const& options = owner_->options();
  if (is_lingering_) return phase_since_ + options.linger_time;
  if (!unwritten_.empty()) return written_at_ + options.write_time;
  switch (phase_) {
    case Reading::kHead: return phase_since_ + options.head_time;
    case Reading::kBody: {
      auto const earned = std::chrono::milliseconds(session_.body_bytes_read() * 1000 /
                                                    options.body_bytes_per_second_min);
      return phase_since_ + std::max(options.body_time, earned);
    }
    case Reading::kIdle:
      if (session_.unanswered() > 0) return std::nullopt;
      return phase_since_ + (session_.requests() == 0 ? options.head_time : options.idle_time);
    case Reading::kEnded: return std::nullopt;
  }
  return std::nullopt;
}

void Connection::expire() {
  auto const self = shared_from_this();
  auto const is_asking = phase_ == Reading::kHead || phase_ == Reading::kBody;
  if (is_lingering_ || !unwritten_.empty() || !is_asking) return close();
  session_.refuse({408, "The request took too long to arrive"});
  settle();
}

}  // namespace

auto make_connection(std::shared_ptr<ConnectionOwner> owner, AcceptedSocket socket)
    -> std::shared_ptr<ServerConnection> {
  return std::make_shared<Connection>(std::move(owner), std::move(socket));
}

}  // namespace treadle::net
