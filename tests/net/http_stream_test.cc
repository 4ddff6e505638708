#include "treadle/net/http_stream.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/tcp_socket.h"
#include "treadle/net/http1_session.h"
#include "treadle/net/http_server.h"

namespace treadle::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// What the tests ask of all receivers, from another thread than the loop's.
class Log {
 public:
  void add(std::string line) {
    auto const lock = std::scoped_lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  auto wait_for(std::string const& line) -> bool {
    auto lock = std::unique_lock(mutex_);
    return changed_.wait_for(lock, 10s,
                             [&] { return std::ranges::find(lines_, line) != lines_.end(); });
  }
  auto has(std::string const& line) -> bool {
    auto const lock = std::scoped_lock(mutex_);
    return std::ranges::find(lines_, line) != lines_.end();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

// Sends back what it gets, no faster than the client takes it.
class Echo : public StreamReceiver {
 public:
  Echo(Log& log, StreamExchange exchange, std::string target)
      : log_(log), exchange_(std::move(exchange)), target_(std::move(target)) {
    if (target_ != "/late") exchange_.start({.content_type = "text/plain"});
  }
  void on_body(std::string_view piece) override {
    if (is_full_) pieces_when_full_ += 1;
    if (pieces_when_full_ > 1) log_.add("came although paused");
    if (target_ == "/late") {
      kept_ += piece;
      return;
    }
    if (exchange_.write(piece) == Room::kSome) return;
    is_full_ = true;
    log_.add("full");
    exchange_.pause();
  }
  void on_drained() override {
    log_.add("drained");
    is_full_ = false;
    pieces_when_full_ = 0;
    exchange_.resume();
  }
  void on_body_end() override {
    log_.add("whole");
    if (target_ == "/keep") return;
    if (target_ == "/drop") {
      std::thread([&] { auto const gone = std::move(exchange_); }).join();
      return;
    }
    if (target_ == "/late") {
      exchange_.send({.content_type = "text/plain", .body = std::move(kept_)});
    } else {
      exchange_.finish();
    }
  }
  void on_cancel(RequestError const& why) override {
    log_.add("cancelled " + std::to_string(why.status));
  }
  [[nodiscard]] auto is_working() const -> bool override { return target_ == "/busy"; }

 private:
  Log& log_;
  StreamExchange exchange_;
  std::string const target_;
  std::string kept_;
  bool is_full_ = false;
  int pieces_when_full_ = 0;
};

auto echo_routes(Log& log) -> StreamRoutes {
  return {
      .claims = [](Request const& head) { return head.method == "POST"; },
      .open = [&log](Request&& head, StreamExchange exchange) -> std::shared_ptr<StreamReceiver> {
        if (head.target == "/refuse") {
          exchange.send({.status = 403, .body = "no"});
          return nullptr;
        }
        if (head.target == "/forget") return nullptr;
        return std::make_shared<Echo>(log, std::move(exchange), head.target);
      }};
}

class HttpStreamTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    options.streams = echo_routes(log_);
    auto server = HttpServer::listen(
        loops_, std::move(options), [this](Request&& request, Responder responder) {
          if (request.target == "/hold") {
            held_ = std::make_unique<Responder>(std::move(responder));
            return log_.add("held");
          }
          responder.send({.content_type = "text/plain", .body = "plain " + request.target});
        });
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    loops_.start();
  }
  void TearDown() override { loops_.stop(); }
  auto connect() -> TcpSocket { return TcpSocket(server_->port()); }

  Log log_;
  EventLoops loops_{2};
  std::unique_ptr<Responder> held_;
  std::unique_ptr<HttpServer> server_;
};

auto head(std::string_view target, std::string_view fields) -> std::string {
  return std::string("POST ").append(target).append(" HTTP/1.1\r\nHost: a\r\n").append(fields) +
         "\r\n";
}
auto chunked(std::string_view target) -> std::string {
  return head(target, "Transfer-Encoding: chunked\r\n");
}
auto sized(std::string_view target, std::size_t size) -> std::string {
  return head(target, "Content-Length: " + std::to_string(size) + "\r\n");
}
auto get(std::string_view target) -> std::string {
  return std::string("GET ").append(target).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST_F(HttpStreamTest, GoesBothWaysAtOnce) {
  start();
  auto socket = connect();
  for (auto round = 0; round < 2; ++round) {
    socket.send(chunked("/"));
    auto const answer_head = socket.read_until("\r\n\r\n");
    EXPECT_THAT(answer_head, HasSubstr("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer_head, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(answer_head, HasSubstr("x-amzn-RequestId: "));
    EXPECT_THAT(answer_head, Not(HasSubstr("Content-Length")));
    socket.send("3\r\nabc\r\n");
    EXPECT_EQ(socket.read_bytes(8), "3\r\nabc\r\n");
    socket.send("10\r\n0123456789abcdef\r\n");
    EXPECT_EQ(socket.read_bytes(22), "10\r\n0123456789abcdef\r\n");
    socket.send("0\r\nX-Trailer: a\r\n\r\n");
    EXPECT_EQ(socket.read_bytes(5), "0\r\n\r\n");
  }
}

TEST_F(HttpStreamTest, TakesBodiesLargerThanOthersMayBe) {
  start({.body_bytes_max = 10});
  auto socket = connect();
  auto const body = std::string(1 << 20, 'x');
  auto sender = std::thread([&] { socket.send(sized("/", body.size()) + body); });
  EXPECT_EQ(socket.read_answer().body, body);
  sender.join();
  socket.send(sized("/", 0));
  auto const empty = socket.read_answer();
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.body, "");
  socket.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(socket.read_answer().status, 413);
}

TEST_F(HttpStreamTest, AnswersInOnePieceToo) {
  start();
  auto socket = connect();
  socket.send(sized("/late", 5) + "hello" + get("/after"));
  auto const answer = socket.read_answer();
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.headers.find("Content-Length"), "5");
  EXPECT_EQ(socket.read_answer().body, "plain /after");
}

TEST_F(HttpStreamTest, KeepsItsPlaceAmongPipelinedRequests) {
  start();
  auto socket = connect();
  socket.send(get("/hold") + sized("/", 2) + "ab" + get("/c"));
  ASSERT_TRUE(log_.wait_for("held"));
  EXPECT_FALSE(log_.has("whole"));
  held_->send({.content_type = "text/plain", .body = "first"});
  EXPECT_EQ(socket.read_answer().body, "first");
  EXPECT_EQ(socket.read_answer().body, "ab");
  EXPECT_EQ(socket.read_answer().body, "plain /c");
}

// Its head is the last that came, so only the earlier answer can bring it on.
TEST_F(HttpStreamTest, OpensOnceEarlierRequestsAreAnswered) {
  start();
  auto socket = connect();
  socket.send(get("/hold") + chunked("/"));
  ASSERT_TRUE(log_.wait_for("held"));
  held_->send({.content_type = "text/plain", .body = "first"});
  EXPECT_EQ(socket.read_answer().body, "first");
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("chunked"));
}

TEST_F(HttpStreamTest, ContinuesUnlessItHasAnswered) {
  start();
  auto socket = connect();
  socket.send(head("/late", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(socket.read_bytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("{}");
  EXPECT_EQ(socket.read_answer().body, "{}");
  socket.send(head("/", "Expect: 100-continue\r\nContent-Length: 2\r\n") + "{}");
  EXPECT_EQ(socket.read_answer().body, "{}");
}

TEST_F(HttpStreamTest, EndsTheConnectionForHttp10) {
  start();
  auto socket = connect();
  socket.send("POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello");
  auto const answer = socket.read_answer();
  EXPECT_EQ(answer.headers.find("Connection"), "close");
  EXPECT_EQ(answer.headers.count("Transfer-Encoding"), 0U);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_TRUE(socket.ends());
}

TEST_F(HttpStreamTest, RefusesBeforeTheBody) {
  start();
  struct Row {
    std::string target;
    int status;
  };
  for (auto const& row : std::vector<Row>{{"/refuse", 403}, {"/forget", 500}}) {
    auto socket = connect();
    socket.send(sized(row.target, 1 << 20) + "a");
    auto const answer = socket.read_answer();
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.headers.find("Connection"), "close");
    EXPECT_TRUE(socket.ends());
    auto whole = connect();
    whole.send(sized(row.target, 0) + get("/after"));
    EXPECT_EQ(whole.read_answer().status, row.status);
    EXPECT_EQ(whole.read_answer().body, "plain /after");
  }
}

TEST_F(HttpStreamTest, WaitsForAClientThatDoesNotRead) {
  start();
  auto socket = connect();
  auto const body = std::string(24 << 20, 'x');
  auto sender = std::thread([&] { socket.send(sized("/", body.size()) + body); });
  EXPECT_TRUE(log_.wait_for("full"));
  EXPECT_EQ(socket.read_answer().body.size(), body.size());
  sender.join();
  EXPECT_TRUE(log_.has("drained"));
  EXPECT_FALSE(log_.has("came although paused"));
}

TEST_F(HttpStreamTest, IsCancelledWhenTheClientGoes) {
  start();
  {
    auto socket = connect();
    socket.send(chunked("/"));
    EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("200"));
    socket.end_output();
    EXPECT_TRUE(log_.wait_for("cancelled 0"));
    EXPECT_TRUE(socket.ends());
  }
  auto socket = connect();  // also after its body, while the handler thinks
  socket.send(sized("/keep", 1) + "a");
  EXPECT_TRUE(log_.wait_for("whole"));
  socket.reset();
  while (server_->connections() > 0) std::this_thread::yield();
}

TEST_F(HttpStreamTest, IsCancelledByABrokenBody) {
  start();
  auto socket = connect();
  socket.send(chunked("/late") + "zz\r\n");
  EXPECT_EQ(socket.read_answer().status, 400);
  EXPECT_TRUE(socket.ends());
  EXPECT_TRUE(log_.wait_for("cancelled 400"));
  auto begun = connect();
  begun.send(chunked("/") + "1\r\na\r\nzz\r\n");
  EXPECT_THAT(begun.read_until("\r\n\r\n"), HasSubstr("200"));
  EXPECT_EQ(begun.read_bytes(100), "1\r\na\r\n");  // and no last chunk
}

TEST_F(HttpStreamTest, BreaksOffWhatIsDropped) {
  start();
  auto socket = connect();
  socket.send(sized("/drop", 1) + "a");
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("200"));
  EXPECT_EQ(socket.read_bytes(100), "1\r\na\r\n");
}

TEST_F(HttpStreamTest, EndsIdleClientsUnlessItWorksForThem) {
  start({.stream_idle_time = 40ms});
  auto busy = connect();
  busy.send(chunked("/busy"));
  auto idle = connect();
  idle.send(chunked("/late"));
  EXPECT_EQ(idle.read_answer().status, 408);
  EXPECT_TRUE(log_.wait_for("cancelled 408"));
  EXPECT_TRUE(idle.ends());
  busy.send("1\r\na\r\n0\r\n\r\n");
  EXPECT_EQ(busy.read_answer().body, "a");
}

TEST_F(HttpStreamTest, EndsClientsThatDoNotRead) {
  start({.write_time = 50ms});
  auto socket = connect();
  auto const body = std::string(24 << 20, 'x');
  socket.send(sized("/", body.size()) + body);
  EXPECT_TRUE(log_.wait_for("full"));
  EXPECT_TRUE(log_.wait_for("cancelled 0"));
}

TEST_F(HttpStreamTest, StopsAfterItsGrace) {
  start();
  auto socket = connect();
  socket.send(chunked("/"));
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("200"));
  server_->stop(20ms, [] {});
  EXPECT_TRUE(log_.wait_for("cancelled 0"));
  EXPECT_TRUE(socket.ends());
}

// The same whatever pieces the bytes come in.
TEST(Http1SessionTest, StreamsByteByByte) {
  auto const options =
      HttpServerOptions{.streams = {.claims = [](Request const& h) { return h.target == "/s"; }}};
  struct Keep : StreamReceiver {
    explicit Keep(std::string& seen) : seen_(seen) {}
    void on_body(std::string_view piece) override { seen_ += piece; }
    void on_body_end() override { seen_ += '.'; }
    void on_drained() override {}
    void on_cancel(RequestError const&) override { seen_ += '!'; }
    [[nodiscard]] auto is_working() const -> bool override { return false; }
    std::string& seen_;
  };
  auto seen = std::string();
  Http1Session* self = nullptr;
  auto session = Http1Session(
      options,
      {.request =
           [&](Request&& r, std::uint64_t exchange) {
             seen += r.target;
             self->answer(exchange, {});
           },
       .stream = [&](Request&&, std::uint64_t) { return std::make_shared<Keep>(seen); }},
      SteadyTime());
  self = &session;
  auto const bytes =
      get("/a") + chunked("/s") + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n" + get("/b");
  for (auto i = std::size_t{0}; i < bytes.size();) {
    auto const used = session.feed(bytes.substr(i, 1));
    i += used;
    if (used > 0) continue;
    session.stream_send(1, {});
  }
  EXPECT_EQ(seen, "/aabcde./b");
}

}  // namespace
}  // namespace treadle::net
