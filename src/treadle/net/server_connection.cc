#include "treadle/net/server_connection.h"

#include <algorithm>
#include <atomic>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "treadle/net/http1_session.h"
#include "treadle/net/http2_session.h"

namespace treadle::net {
namespace asio = boost::asio;
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Executor =
    asio::io_context::executor_type;  // concrete: asio's default one costs a virtual call a step
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Clock = std::chrono::steady_clock;
using Appetite = ServerSession::Appetite;

auto constexpr kInputBytesMin = std::size_t{4} * 1024;
auto constexpr kInputBytesMax = std::size_t{64} * 1024;
auto constexpr kOutputBytesKept = std::size_t{8} * 1024;  // by an idle connection

class Connection final : public ServerConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ConnectionOwner> owner, AcceptedSocket socket)
      : owner_(std::move(owner)),
        socket_(owner_->loop().context().get_executor(), socket.is_ipv6 ? tcp::v6() : tcp::v4(),
                socket.descriptor),
        remote_(std::move(socket.remote)) {}

  void start() override;
  void drain() override;
  void close() override;
  void expire() override;
  void deliver(std::uint64_t exchange, Response&& response) override;
  [[nodiscard]] auto is_gone() const -> bool override { return closed_; }
  void send_whole(std::uint64_t exchange, Response&& response) override;
  void begin(std::uint64_t exchange, Response&& head) override;
  auto write(std::uint64_t exchange, std::string_view bytes) -> Room override;
  void end(std::uint64_t exchange, End how) override;
  void set_flow(std::uint64_t exchange, Flow flow) override;

 private:
  [[nodiscard]] auto wants_input() const -> bool;
  void read();
  void on_read(error_code error, std::size_t bytes);
  [[nodiscard]] auto choose_session(std::string_view bytes) -> bool;
  void feed();
  void forget_input();
  void settle();
  void settle_soon();
  void tell_time();
  void flush();
  void write_output();
  void write_rest();
  void on_written(error_code error, std::size_t bytes);
  void finish();
  void update_deadline();

  std::shared_ptr<ConnectionOwner> const owner_;
  Socket socket_;
  std::unique_ptr<ServerSession> session_;  // null until the first bytes say which
  std::string const remote_;
  std::vector<char> input_;
  std::size_t input_begin_ = 0;  // of what the session has not taken yet
  std::size_t input_end_ = 0;
  std::string unwritten_;  // being written asynchronously
  std::size_t written_ = 0;
  SteadyTime written_at_{};
  SteadyTime const opened_at_ = Clock::now();
  SteadyTime lingering_since_{};
  bool is_reading_ = false;
  bool is_feeding_ = false;
  bool is_flushing_ = false;
  bool is_settling_soon_ = false;
  bool is_lingering_ = false;
  bool input_ended_ = false;
  std::atomic<bool> closed_ = false;
};

void Connection::start() {
  auto error = error_code();
  if (socket_.set_option(tcp::no_delay(true), error) || socket_.non_blocking(true, error)) {
    return close();
  }
  update_deadline();
  read();
}

void Connection::drain() {
  if (!session_) return close();
  session_->tell_time(Clock::now());
  session_->drain();
  settle();
}

void Connection::close() {
  if (closed_.exchange(true)) return;
  auto error = error_code();
  std::ignore = socket_.close(error);
  owner_->set_deadline(*this, std::nullopt);
  auto const self = shared_from_this();
  owner_->remove(self);
  if (session_) session_->lost();
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
  tell_time();
  session_->answer(exchange, std::move(response));
  if (is_feeding_) return;
  // Where others are under way their answers may be about to come and can go out together. Input is not
  // taken here: the caller may be another request's handler.
  if (is_flushing_ || !session_->is_idle() || input_begin_ < input_end_) return settle_soon();
  settle();
}

// The handler may be inside a call of the session's, so nothing is written or read at once; and what it
// writes while the loop is at other work goes out together.
void Connection::settle_soon() {
  if (is_feeding_ || closed_ || std::exchange(is_settling_soon_, true)) return;
  owner_->loop().post([self = shared_from_this()] {
    self->is_settling_soon_ = false;
    if (self->closed_) return;
    self->session_->tell_time(Clock::now());
    self->feed();
  });
}

void Connection::tell_time() {
  if (!is_feeding_) session_->tell_time(Clock::now());
}

void Connection::send_whole(std::uint64_t exchange, Response&& response) {
  if (closed_) return;
  tell_time();
  session_->stream_send(exchange, std::move(response));
  settle_soon();
}

void Connection::begin(std::uint64_t exchange, Response&& head) {
  if (closed_) return;
  tell_time();
  session_->stream_start(exchange, head);
  settle_soon();
}

auto Connection::write(std::uint64_t exchange, std::string_view bytes) -> Room {
  if (closed_) return Room::kSome;
  settle_soon();
  tell_time();
  return session_->stream_write(exchange, bytes, unwritten_.size() - written_);
}

void Connection::end(std::uint64_t exchange, End how) {
  if (closed_) return;
  if (!owner_->loop().is_current()) {
    owner_->loop().post([self = shared_from_this(), exchange, how] { self->end(exchange, how); });
    return;
  }
  tell_time();
  session_->stream_end(exchange, how);
  settle_soon();
}

void Connection::set_flow(std::uint64_t exchange, Flow flow) {
  if (closed_) return;
  tell_time();
  session_->stream_set_flow(exchange, flow);
  settle_soon();
}

auto Connection::wants_input() const -> bool {
  if (is_lingering_ || !session_) return true;
  auto const appetite = session_->appetite();
  return appetite == Appetite::kNow || (appetite == Appetite::kOnceWritten && unwritten_.empty());
}

void Connection::read() {
  if (is_reading_ || closed_ || input_ended_ || !wants_input()) return;
  if (session_ && input_begin_ < input_end_) return;
  if (input_.empty()) input_.resize(kInputBytesMin);
  auto const begin = session_ ? std::size_t{0} : input_end_;
  is_reading_ = true;
  socket_.async_read_some(asio::buffer(input_.data() + begin, input_.size() - begin),
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                            self->on_read(error, bytes);
                          });
}

void Connection::on_read(error_code error, std::size_t bytes) {
  is_reading_ = false;
  if (closed_) return;
  if (error && (error != asio::error::eof || !session_)) return close();
  if (session_) session_->tell_time(Clock::now());
  if (error) {
    input_ended_ = true;
    session_->end_of_input();
    return settle();
  }
  if (is_lingering_) return read();
  if (session_) {
    input_begin_ = 0;
    input_end_ = bytes;
  } else {
    input_end_ += bytes;
    if (!choose_session({input_.data(), input_end_})) return read();
  }
  feed();
}

// HTTP/2 begins with a preface that is no request of HTTP/1. False: it takes more bytes to tell.
auto Connection::choose_session(std::string_view bytes) -> bool {
  auto const is_preface = kHttp2Preface.starts_with(bytes.substr(0, kHttp2Preface.size()));
  if (is_preface && bytes.size() < kHttp2Preface.size()) return false;
  auto handlers = SessionHandlers{
      .request =
          [this](Request&& request, std::uint64_t exchange) {
            request.remote = remote_;
            owner_->handle(std::move(request), {shared_from_this(), exchange});
          },
      .stream =
          [this](Request&& head, std::uint64_t exchange) {
            head.remote = remote_;
            return owner_->open_stream(std::move(head), {shared_from_this(), exchange});
          }};
  if (is_preface) {
    session_ = make_http2_session(owner_->options(), std::move(handlers), Clock::now());
  } else {
    session_ = std::make_unique<Http1Session>(owner_->options(), std::move(handlers), opened_at_);
    session_->tell_time(Clock::now());
  }
  return true;
}

void Connection::feed() {
  if (closed_ || is_feeding_) return;
  is_feeding_ = true;
  input_begin_ += session_->feed({input_.data() + input_begin_, input_end_ - input_begin_});
  is_feeding_ = false;
  if (input_end_ > 0 && input_begin_ == input_end_) forget_input();
  settle();
}

// The buffer grows while whole requests do not fit it, and is small again when the connection
// idles.
void Connection::forget_input() {
  auto const was_full = input_end_ == input_.size();
  if (was_full && input_.size() < kInputBytesMax) {
    input_.resize(input_.size() * 2);
  } else if (!was_full && input_.size() > kInputBytesMin && session_->is_idle()) {
    input_ = {};
  }
  input_begin_ = input_end_ = 0;
}

// After anything that changed the session: writes, ends, waits.
void Connection::settle() {
  if (closed_) return;
  flush();
  if (closed_) return;
  if (unwritten_.empty() && session_->is_over() && session_->output().empty()) finish();
  if (closed_) return;
  update_deadline();
  read();
}

void Connection::flush() {
  is_flushing_ = true;
  write_output();
  is_flushing_ = false;
}

void Connection::write_output() {
  auto has_written = false;
  while (unwritten_.empty() && !session_->output().empty()) {
    auto& output = session_->output();
    auto error = error_code();
    auto const sent = socket_.write_some(asio::buffer(output), error);
    if (error && error != asio::error::would_block) return close();
    if (sent == output.size()) {
      output.clear();
      if (output.capacity() > kOutputBytesKept && session_->is_idle()) output.shrink_to_fit();
      has_written = true;
      continue;
    }
    unwritten_.swap(output);
    written_ = sent;
    written_at_ = Clock::now();
    return write_rest();
  }
  if (has_written && unwritten_.empty()) session_->written();
}

void Connection::write_rest() {
  socket_.async_write_some(asio::buffer(unwritten_.data() + written_, unwritten_.size() - written_),
                           [self = shared_from_this()](error_code error, std::size_t bytes) {
                             self->on_written(error, bytes);
                           });
}

void Connection::on_written(error_code error, std::size_t bytes) {
  if (closed_) return;
  if (error) return close();
  written_ += bytes;
  written_at_ = Clock::now();
  session_->tell_time(written_at_);
  if (written_ < unwritten_.size()) {
    write_rest();
    return update_deadline();
  }
  unwritten_ = {};
  written_ = 0;
  if (session_->output().empty()) session_->written();
  settle();
}

// Closes our side and waits for the client to close its own: to close at once while it still sends
// would take back the answer that it has not read yet.
void Connection::finish() {
  if (input_ended_) return close();
  if (std::exchange(is_lingering_, true)) return;
  auto error = error_code();
  if (socket_.shutdown(tcp::socket::shutdown_send, error)) return close();
  input_begin_ = input_end_ = 0;
  lingering_since_ = Clock::now();
}

void Connection::update_deadline() {
  auto const& options = owner_->options();
  auto const asked = session_ ? session_->deadline() : opened_at_ + options.head_time;
  if (is_lingering_) return owner_->set_deadline(*this, lingering_since_ + options.linger_time);
  if (!unwritten_.empty()) return owner_->set_deadline(*this, written_at_ + options.write_time);
  owner_->set_deadline(*this, asked);
}

void Connection::expire() {
  auto const self = shared_from_this();
  if (is_lingering_ || !unwritten_.empty() || !session_) return close();
  session_->tell_time(Clock::now());
  if (session_->expire() == ServerSession::Expired::kClose) {
    session_->drain();
    flush();
    return close();
  }
  settle();
}

}  // namespace

auto make_connection(std::shared_ptr<ConnectionOwner> owner, AcceptedSocket socket)
    -> std::shared_ptr<ServerConnection> {
  return std::make_shared<Connection>(std::move(owner), std::move(socket));
}

}  // namespace treadle::net
