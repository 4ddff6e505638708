#include "treadle/approvals/slack/web_socket.h"

#include <deque>
#include <optional>

#include "treadle/approvals/slack/web_socket_frames.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::slack {
namespace {

using namespace std::chrono_literals;

constexpr auto kOpenTime = 15s;    // from the connection to the end of the handshake
constexpr auto kSilenceMax = 60s;  // without any byte
constexpr std::size_t kMessageBytesMax = std::size_t{1} << 20;
constexpr std::size_t kHeadBytesMax = std::size_t{16} << 10;

// "wss://host/x" as the URL whose scheme the rest of the program knows.
auto parse_socket_url(std::string_view url) -> std::optional<net::Url> {
  if (url.starts_with("wss://")) return net::parse_url("https" + std::string(url.substr(3)));
  if (url.starts_with("ws://")) return net::parse_url("http" + std::string(url.substr(2)));
  return std::nullopt;
}

}  // namespace

class WebSocket::Impl : public std::enable_shared_from_this<WebSocket::Impl> {
 public:
  Impl(net::EventLoop& loop, Random& random, WebSocketEvents events)
      : loop_(loop), random_(random), events_(std::move(events)), reader_(kMessageBytesMax) {}

  void open(std::string const& url, net::TlsSettings& tls) {
    auto const parsed = parse_socket_url(url);
    if (!parsed)
      return loop_.post([self = shared_from_this()] { self->end("it is no WebSocket URL"); });
    stream_ = net::make_client_stream(loop_, parsed->is_https ? &tls : nullptr);
    key_ = make_socket_key(random_.next_u64(), random_.next_u64());
    arm(kOpenTime);
    stream_->open({.host = parsed->host, .port = parsed->port, .allow_address = {}},
                  [self = shared_from_this(),
                   request = socket_request(parsed->authority, parsed->target, key_)](
                      net::StreamResult const& result) {
                    if (result.end != net::StreamEnd::kNone) return self->end(result.reason);
                    self->write(request);
                    self->read();
                  });
  }

  void send(Opcode opcode, std::string_view payload) {
    if (is_over_) return;
    write(socket_frame(opcode, payload, static_cast<std::uint32_t>(random_.next_u64())));
  }

  void close() {
    if (is_open_ && !std::exchange(said_goodbye_, true)) send(Opcode::kClose, "\x03\xE8");  // 1000
  }

  // Cut off without a word to the owner.
  void drop() {
    if (std::exchange(is_over_, true)) return;
    timer_.cancel();
    if (stream_) stream_->close();
  }

 private:
  void end(std::string_view why) {
    if (is_over_) return;
    drop();
    auto const closed = std::move(events_.closed);
    closed(why);
  }

  void arm(std::chrono::seconds time) {
    timer_ = loop_.run_after(time, [self = weak_from_this()] {
      if (auto const alive = self.lock()) alive->end("nothing was heard");
    });
  }

  void write(std::string bytes) {
    output_.push_back(std::move(bytes));
    if (output_.size() == 1) write_next();
  }

  void write_next() {
    stream_->write(output_.front(), [self = shared_from_this()](net::StreamResult const& result) {
      if (result.end != net::StreamEnd::kNone) return self->end(result.reason);
      self->output_.pop_front();
      if (!self->output_.empty()) self->write_next();
    });
  }

  void read() {
    stream_->read([self = shared_from_this()](net::StreamResult const& result) {
      self->take(result.bytes);
      if (self->is_over_) return;
      if (result.end != net::StreamEnd::kNone) return self->end(result.reason);
      self->read();
    });
  }

  void take(std::string_view bytes) {
    if (is_over_) return;
    if (is_open_) {
      arm(kSilenceMax);
      reader_.feed(bytes);
      return take_messages();
    }
    head_ += bytes;
    auto const blank = head_.find("\r\n\r\n");
    if (blank == std::string::npos && head_.size() > kHeadBytesMax)
      return end("the answer's head is too long");
    if (blank == std::string::npos) return;
    if (auto const good = check_socket_answer(std::string_view(head_).substr(0, blank + 4), key_);
        !good)
      return end(good.error());
    is_open_ = true;
    arm(kSilenceMax);
    reader_.feed(std::string_view(head_).substr(blank + 4));
    head_.clear();
    events_.opened();
    take_messages();
  }

  void take_messages() {
    while (!is_over_) {
      auto next = reader_.next();
      if (!next) return end(next.error());
      if (!*next) return;
      auto const& message = **next;
      switch (message.opcode) {
        case Opcode::kText: events_.message(message.payload); break;
        case Opcode::kPing: send(Opcode::kPong, message.payload); break;
        case Opcode::kClose: {
          close();
          return end("closed by the server");
        }
        case Opcode::kBinary:
        case Opcode::kPong:
        case Opcode::kContinuation: break;
      }
    }
  }

  net::EventLoop& loop_;
  Random& random_;
  WebSocketEvents events_;
  std::shared_ptr<net::ClientStream> stream_;
  std::string key_;
  std::string head_;
  SocketReader reader_;
  std::deque<std::string> output_;
  net::Timer timer_;
  bool is_open_ = false;
  bool said_goodbye_ = false;
  bool is_over_ = false;
};

WebSocket::WebSocket(net::EventLoop& loop, net::TlsSettings& tls, Random& random,
                     std::string const& url, WebSocketEvents events)
    : impl_(std::make_shared<Impl>(loop, random, std::move(events))) {
  impl_->open(url, tls);
}

WebSocket::~WebSocket() { impl_->drop(); }

void WebSocket::send(std::string_view text) { impl_->send(Opcode::kText, text); }

void WebSocket::close() { impl_->close(); }

}  // namespace treadle::approvals::slack
