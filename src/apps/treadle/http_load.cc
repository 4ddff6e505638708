#include "apps/treadle/http_load.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "apps/treadle/bench.h"
#include "treadle/net/http_writer.h"

namespace treadle::app {
namespace {

using Clock = std::chrono::steady_clock;

auto constexpr kWarmUp = 0.2;  // of the time, before it is measured
auto constexpr kReadBytes = std::size_t{256} * 1024;

// CPU seconds of this thread.
auto thread_cpu_seconds() -> double {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  auto const seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// What all connections share.
struct Tally {
  std::vector<float> latencies_us;
  std::string first_body;
  Clock::time_point now = Clock::now();  // read once a wake-up
};

class LoadConnection {
 public:
  LoadConnection(std::uint16_t port, Tally& tally)
      : tally_(tally), descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      give_up("the load can't connect");
    auto const on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  LoadConnection(LoadConnection const&) = delete;
  virtual ~LoadConnection() { ::close(descriptor_); }

  [[nodiscard]] auto descriptor() const -> int { return descriptor_; }
  // Sends the first requests.
  void begin(std::size_t in_flight) {
    for (std::size_t i = 0; i < in_flight; ++i) ask();
    send();
  }
  // Takes what has arrived, and asks again for each answer that is whole.
  void on_readable(std::vector<char>& room) {
    auto const size = ::recv(descriptor_, room.data(), room.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) give_up("the server closed a connection of the load");
    auto bytes = std::string_view(room.data(), static_cast<std::size_t>(size));
    if (!rest_.empty()) {
      rest_.append(bytes);
      bytes = rest_;
    }
    auto const used = take(bytes);
    rest_ = std::string(bytes.substr(used));
    send();
  }

 protected:
  virtual void ask() = 0;
  // Takes whole answers or frames; returns how many bytes it took.
  virtual auto take(std::string_view bytes) -> std::size_t = 0;

  void answered(Clock::time_point asked) {
    tally_.latencies_us.push_back(
        std::chrono::duration<float, std::micro>(tally_.now - asked).count());
  }
  void see_body(std::string_view body) {
    if (tally_.first_body.size() < (1U << 16) && !has_seen_) tally_.first_body.append(body);
  }
  void stop_seeing() { has_seen_ = true; }

  Tally& tally_;
  std::string out_;

 private:
  void send() {
    auto left = std::string_view(out_);
    while (!left.empty()) {
      auto const sent = ::send(descriptor_, left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0) give_up("the server takes no more of the load");
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
    out_.clear();
  }

  int descriptor_;
  std::string rest_;
  bool has_seen_ = false;
};

class Http1Load final : public LoadConnection {
 public:
  Http1Load(LoadOptions const& options, Tally& tally) : LoadConnection(options.port, tally) {
    net::append_request(request_, "POST", "/", options.headers, options.body);
  }

 private:
  void ask() override {
    out_.append(request_);
    asked_.push_back(tally_.now);
  }
  auto take(std::string_view bytes) -> std::size_t override {
    std::size_t used = 0;
    for (;;) {
      auto const rest = bytes.substr(used);
      auto const end = rest.find("\r\n\r\n");
      if (end == std::string_view::npos) return used;
      constexpr std::string_view kLength = "Content-Length: ";
      auto const at = rest.find(kLength);
      if (!rest.starts_with("HTTP/1.1 200 ") || at > end) {
        give_up("an answer to the load is no 200: " + std::string(rest.substr(0, 600)));
      }
      std::size_t length = 0;
      std::from_chars(rest.data() + at + kLength.size(), rest.data() + end, length);
      auto const whole = end + 4 + length;
      if (rest.size() < whole) return used;
      see_body(rest.substr(end + 4, length));
      stop_seeing();
      used += whole;
      answered(asked_.front());
      asked_.erase(asked_.begin());
      ask();
    }
  }

  std::string request_;
  std::vector<Clock::time_point> asked_;
};

// Frames by hand: the requests differ in their stream only, and of the answers' heads no more is read
// than that the first field is ":status: 200". Source: RFC 9113, section 4; RFC 7541.
class Http2Load final : public LoadConnection {
 public:
  Http2Load(LoadOptions const& options, Tally& tally) : LoadConnection(options.port, tally) {
    auto fields = options.headers;
    fields.set("content-length", std::to_string(options.body.size()));
    block_ = first_block(fields);
    auto const count = fields.size();
    next_block_ = "\x83\x86\x84";
    for (std::size_t i = 0; i < count; ++i)
      next_block_ += static_cast<char>(0x80 | (61 + count - i));
    body_ = options.body;
    out_ = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    append_frame(kSettings, 0, 0, std::string("\x00\x04\x7f\xff\xff\xff", 6));
    append_frame(kWindowUpdate, 0, 0, number(kWindow - 65'535));
  }

 private:
  enum Type : std::uint8_t {
    kData = 0,
    kHeaders = 1,
    kReset = 3,
    kSettings = 4,
    kGoaway = 7,
    kWindowUpdate = 8
  };
  static constexpr std::uint8_t kEndStream = 1;
  static constexpr std::uint8_t kAck = 1;
  static constexpr std::uint8_t kEndHeaders = 4;
  static constexpr std::uint32_t kWindow = 0x7FFFFFFF;
  static constexpr std::size_t kFrameHead = 9;

  static auto number(std::uint32_t value) -> std::string {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xFF);
    return out;
  }
  void append_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                    std::string_view payload) {
    auto const size = payload.size();
    std::array<char, kFrameHead> const head{
        static_cast<char>(size >> 16),   static_cast<char>(size >> 8),
        static_cast<char>(size),         static_cast<char>(type),
        static_cast<char>(flags),        static_cast<char>(stream >> 24),
        static_cast<char>(stream >> 16), static_cast<char>(stream >> 8),
        static_cast<char>(stream)};
    out_.append(head.data(), head.size()).append(payload);
  }
  static void append_text(std::string& out, std::string_view text) {
    constexpr std::size_t kPrefix = 127;
    auto left = text.size();
    out += static_cast<char>(std::min(left, kPrefix));
    if (left >= kPrefix) {
      for (left -= kPrefix; left >= 128; left /= 128) out += static_cast<char>(0x80 | (left % 128));
      out += static_cast<char>(left);
    }
    out.append(text);
  }
  // Puts the fields into the table, so that later heads name each by a byte.
  static auto first_block(net::Headers const& fields) -> std::string {
    std::string out = "\x83\x86\x84";
    for (auto const& field : fields) {
      auto name = std::string(field.name);
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      });
      out += '\x40';
      append_text(out, name == "host" ? ":authority" : name);
      append_text(out, field.value);
    }
    return out;
  }

  void ask() override {
    append_frame(kHeaders, kEndHeaders, next_stream_, next_stream_ == 1 ? block_ : next_block_);
    append_frame(kData, kEndStream, next_stream_, body_);
    asked_[next_stream_ / 2 % asked_.size()] = tally_.now;
    next_stream_ += 2;
  }
  auto take(std::string_view bytes) -> std::size_t override {
    std::size_t used = 0;
    for (;;) {
      auto const rest = bytes.substr(used);
      if (rest.size() < kFrameHead) return used;
      auto const at = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(rest[i]));
      };
      auto const size = at(0) << 16 | at(1) << 8 | at(2);
      if (rest.size() < kFrameHead + size) return used;
      used += kFrameHead + size;
      auto const stream = at(5) << 24 | at(6) << 16 | at(7) << 8 | at(8);
      take_frame(static_cast<std::uint8_t>(at(3)), static_cast<std::uint8_t>(at(4)), stream,
                 rest.substr(kFrameHead, size));
    }
  }
  void take_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload) {
    if (type == kReset || type == kGoaway) give_up("the server refuses the load");
    if (type == kSettings && (flags & kAck) == 0) append_frame(kSettings, kAck, 0, {});
    if (type != kData && type != kHeaders) return;
    if (type == kHeaders && !payload.starts_with('\x88'))
      give_up("an answer to the load is no 200");
    if (type == kData) take_data(payload);
    if ((flags & kEndStream) == 0) return;
    stop_seeing();
    answered(asked_[stream / 2 % asked_.size()]);
    ask();
  }
  void take_data(std::string_view payload) {
    see_body(payload);
    taken_ += static_cast<std::uint32_t>(payload.size());
    if (taken_ < kWindow / 2) return;
    append_frame(kWindowUpdate, 0, 0, number(std::exchange(taken_, 0)));
  }

  std::string block_;
  std::string next_block_;
  std::string body_;
  std::uint32_t next_stream_ = 1;
  std::uint32_t taken_ = 0;
  std::array<Clock::time_point, 4096> asked_{};  // by stream, of those that are under way
};

auto connect(LoadOptions const& options, Tally& tally) -> std::unique_ptr<LoadConnection> {
  if (options.protocol == Protocol::kHttp1) return std::make_unique<Http1Load>(options, tally);
  return std::make_unique<Http2Load>(options, tally);
}

auto summary(Tally& tally, double seconds, double all_cpu, double client_cpu) -> LoadResult {
  auto& latencies = tally.latencies_us;
  if (latencies.empty()) give_up("the load got no answer");
  std::ranges::sort(latencies);
  auto const count = static_cast<double>(latencies.size());
  auto const quantile = [&](double q) {
    return static_cast<double>(latencies[static_cast<std::size_t>((count - 1) * q)]);
  };
  return {count / seconds,
          quantile(0.5),
          quantile(0.99),
          quantile(0.999),
          (all_cpu - client_cpu) * 1e6 / count,
          client_cpu * 1e6 / count};
}

}  // namespace

auto run_load(LoadOptions const& options) -> LoadResult {
  Tally tally;
  auto const poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<LoadConnection>> connections;
  for (std::size_t i = 0; i < options.connections; ++i) {
    auto& connection = connections.emplace_back(connect(options, tally));
    epoll_event event{.events = EPOLLIN, .data = {.ptr = connection.get()}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, connection->descriptor(), &event);
  }
  auto const seconds = [](double s) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
  };
  auto begin = Clock::now() + seconds(options.seconds * kWarmUp);
  auto const end = begin + seconds(options.seconds);
  bool is_warm = false;
  double all_cpu = 0;
  double client_cpu = 0;
  std::vector<char> room(kReadBytes);
  std::array<epoll_event, 64> events{};
  for (auto const& connection : connections) connection->begin(options.in_flight);
  while (tally.now < end) {
    auto const count = ::epoll_wait(poll, events.data(), events.size(), 5'000);
    if (count == 0) give_up("the server does not answer the load");
    tally.now = Clock::now();
    for (int i = 0; i < count; ++i)
      static_cast<LoadConnection*>(events[static_cast<std::size_t>(i)].data.ptr)->on_readable(room);
    if (is_warm || tally.now < begin) continue;
    is_warm = true;
    begin = tally.now;
    tally.latencies_us.clear();
    all_cpu = cpu_seconds();
    client_cpu = thread_cpu_seconds();
  }
  all_cpu = cpu_seconds() - all_cpu;
  client_cpu = thread_cpu_seconds() - client_cpu;
  ::close(poll);
  if (tally.first_body.find(options.expected) == std::string::npos)
    give_up("the load got a wrong answer: " + tally.first_body.substr(0, 600));
  auto const spent = std::chrono::duration<double>(tally.now - begin).count();
  return summary(tally, spent, all_cpu, client_cpu);
}

}  // namespace treadle::app
