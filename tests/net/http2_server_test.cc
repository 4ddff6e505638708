// The server over HTTP/2, with a client that keeps the rules.
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/http2_client.h"
#include "treadle/net/http_server.h"

namespace treadle::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;

// Sends each piece back; finishes with the body.
class Echo : public StreamReceiver {
 public:
  Echo(StreamExchange exchange, std::promise<int>& cancelled)
      : exchange_(std::move(exchange)), cancelled_(cancelled) {
    exchange_.start({.content_type = "text/plain"});
  }
  void on_body(std::string_view piece) override {
    if (exchange_.write(piece) == Room::kNone) exchange_.pause();
  }
  void on_drained() override { exchange_.resume(); }
  void on_body_end() override { exchange_.finish(); }
  void on_cancel(RequestError const& why) override { cancelled_.set_value(why.status); }
  [[nodiscard]] auto is_working() const -> bool override { return false; }

 private:
  StreamExchange exchange_;
  std::promise<int>& cancelled_;
};

class Http2ServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    options.streams = {
        .claims = [](Request const& head) { return head.target.starts_with("/stream"); },
        .open = [this](Request&& head, StreamExchange exchange) -> std::shared_ptr<StreamReceiver> {
          if (head.target == "/stream-refused") {
            exchange.send({.status = 403, .body = "no"});
            return nullptr;
          }
          return std::make_shared<Echo>(std::move(exchange), cancelled_);
        }};
    auto server =
        HttpServer::listen(loops_, std::move(options), [this](Request&& r, Responder responder) {
          auto const lock = std::scoped_lock(mutex_);
          if (r.target == "/hold") {
            held_.push_back(std::move(responder));
            return changed_.notify_all();
          }
          auto response = Response{.content_type = "text/plain",
                                   .body = r.method + " " + r.target + " " + r.body};
          response.headers.add("X-Host", r.headers.find("host").value_or("none"));
          response.headers.add("X-Cookie", r.headers.find("cookie").value_or("none"));
          response.headers.add("Connection", "close");
          if (r.target == "/empty") response = {.status = 204};
          if (r.target == "/bye") response.after = AfterResponse::kClose;
          responder.send(std::move(response));
        });
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    loops_.start();
  }
  void TearDown() override {
    loops_.stop();
    held_.clear();
  }
  auto take_held(std::size_t index) -> Responder {
    auto lock = std::unique_lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() > index; });
    return std::move(held_[index]);
  }

  EventLoops loops_{2};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Responder> held_;
  std::promise<int> cancelled_;
  std::unique_ptr<HttpServer> server_;
};

auto get(std::string target) -> Fields {
  return {{":method", "GET"}, {":path", std::move(target)}};
}
auto post(std::string target) -> Fields {
  return {{":method", "POST"}, {":path", std::move(target)}};
}
auto text(std::string body) -> Response {
  return {.content_type = "text/plain", .body = std::move(body)};
}

TEST_F(Http2ServerTest, AnswersBesideHttp1) {
  start();
  auto client = Http2Client(server_->port());
  auto const& answer = client.wait(client.ask(post("/a?b=c"), "{}"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /a?b=c {}");
  EXPECT_EQ(answer.headers.find("content-type"), "text/plain");
  EXPECT_EQ(answer.headers.find("content-length"), "14");
  EXPECT_EQ(answer.headers.find("x-host"), "a");
  EXPECT_EQ(answer.headers.count("connection"), 0U);
  EXPECT_THAT(std::string(answer.headers.find("x-amzn-requestid").value_or("")),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_THAT(std::string(answer.headers.find("date").value_or("")),
              MatchesRegex("..., .. ... .... ..:..:.. GMT"));
  auto socket = TcpSocket(server_->port());
  socket.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(socket.read_answer().body, "POST /a {}");
}

TEST_F(Http2ServerTest, TakesThePrefaceInPieces) {
  start();
  auto socket = TcpSocket(server_->port());
  auto const bytes = preface() + headers_frame(1, kGetBlock);
  for (auto const c : bytes) socket.send({&c, 1});
  EXPECT_EQ(read_frame(socket, NGHTTP2_DATA, 1).payload, "GET / ");
  auto wrong = TcpSocket(server_->port());
  wrong.send("PRI * HTTP/2.0\r\n\r\nMS\r\n\r\n");
  EXPECT_EQ(wrong.read_answer().status, 505);
}

TEST_F(Http2ServerTest, AnswersInAnyOrder) {
  start();
  auto client = Http2Client(server_->port());
  auto const first = client.ask(get("/hold"));
  auto const second = client.ask(get("/hold"));
  auto one = take_held(0);
  auto two = take_held(1);
  std::thread([&] { two.send(text("second")); }).join();
  EXPECT_EQ(client.wait(second).body, "second");
  EXPECT_EQ(client.wait(client.ask(get("/third"))).body, "GET /third ");
  one.send(text("first"));
  EXPECT_EQ(client.wait(first).body, "first");
}

TEST_F(Http2ServerTest, CarriesLargeBodiesBothWaysAtOnce) {
  start();
  auto client = Http2Client(server_->port());
  auto const body = std::string(1'000'000, 'x');
  auto ids = std::vector<std::int32_t>();
  for (auto i = 0; i < 12; ++i)
    ids.push_back(client.ask(post("/"), body));  // more than the server keeps at once
  for (auto const id : ids) EXPECT_EQ(client.wait(id).body.size(), body.size() + 7);
}

TEST_F(Http2ServerTest, SendsNoBodyWhereThereIsNone) {
  start();
  auto client = Http2Client(server_->port());
  auto const& head = client.wait(client.ask({{":method", "HEAD"}, {":path", "/x"}}));
  EXPECT_EQ(head.headers.find("content-length"), "8");
  EXPECT_EQ(head.body, "");
  auto const& empty = client.wait(client.ask(get("/empty")));
  EXPECT_EQ(empty.status, 204);
  EXPECT_EQ(empty.headers.count("content-length"), 0U);
}

TEST_F(Http2ServerTest, ReadsHeadersAsHttp1Has) {
  start();
  auto client = Http2Client(server_->port());
  auto fields = get("/");
  fields.insert(fields.end(), {{"cookie", "a=b"}, {"cookie", "c=d"}, {"host", "A"}});
  fields.push_back({":authority", "a"});
  auto const& answer = client.wait(client.ask(fields));
  EXPECT_EQ(answer.headers.find("x-cookie"), "a=b; c=d");
  EXPECT_EQ(answer.headers.find("x-host"), "a");
}

TEST_F(Http2ServerTest, TakesAndForgetsTrailers) {
  start();
  auto client = Http2Client(server_->port());
  EXPECT_EQ(client.wait(client.ask(post("/"), "abc", {{"x-trailer", "d"}})).body, "POST / abc");
}

TEST_F(Http2ServerTest, ContinuesBeforeTheBody) {
  start();
  auto client = Http2Client(server_->port());
  auto fields = post("/");
  fields.push_back({"expect", "100-continue"});
  auto const id = client.open(fields);
  EXPECT_EQ(client.wait_for_head(id).interim, 100);
  client.send_body(id, "abc", true);
  EXPECT_EQ(client.wait(id).body, "POST / abc");
}

TEST_F(Http2ServerTest, RefusesAsHttp1Does) {
  start({.head_bytes_max = 8192, .body_bytes_max = 1000});
  struct Row {
    std::string name;
    Fields fields;
    int status;
  };
  auto many = get("/");
  for (auto i = 0; i < 101; ++i) many.push_back({"x-" + std::to_string(i), "a"});
  auto large = get("/");
  large.push_back({"x", std::string(9000, 'a')});
  for (auto const& row : std::vector<Row>{
           {"target", get("/a\"b"), 400},
           {"percent", get("/%zz"), 400},
           {"method", {{":method", "get"}, {":path", "/"}}, 400},
           {"authority", {{":method", "GET"}, {":path", "/"}, {":authority", "u@a"}}, 400},
           {"hosts", {{":method", "GET"}, {":path", "/"}, {":authority", "a"}, {"host", "b"}}, 400},
           {"expectation", {{":method", "GET"}, {":path", "/"}, {"expect", "200-maybe"}}, 417},
           {"many_fields", many, 431},
           {"large_head", large, 431},
           {"stated_body", {{":method", "POST"}, {":path", "/"}, {"content-length", "1001"}}, 413},
       }) {
    auto client = Http2Client(server_->port());
    auto const id = row.status == 413 ? client.open(row.fields) : client.ask(row.fields);
    auto const& answer = client.wait(id);
    EXPECT_EQ(answer.status, row.status) << row.name;
    EXPECT_THAT(answer.body, HasSubstr(R"("message":")")) << row.name;
    EXPECT_EQ(client.wait(client.ask(get("/after"))).status, 200) << row.name;
  }
  auto client = Http2Client(server_->port());
  auto const& answer = client.wait(client.ask(post("/"), std::string(1001, 'a')));
  EXPECT_EQ(answer.status, 413);
}

TEST_F(Http2ServerTest, ResetsWhatIsMalformed) {
  start();
  for (auto const& fields :
       std::vector<Fields>{get("/a b"),
                           get("a"),
                           {{":method", "GET"}},
                           {{":method", "GET"}, {":path", "/"}, {":authority", "a/b"}},
                           {{":method", "POST"}, {":path", "/"}, {"te", "gzip"}}}) {
    auto client = Http2Client(server_->port());
    auto const& answer = client.wait(client.ask(fields));
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.error, NGHTTP2_PROTOCOL_ERROR);
    EXPECT_EQ(client.wait(client.ask(get("/after"))).status, 200);
  }
}

TEST_F(Http2ServerTest, StreamsBothWays) {
  start();
  auto client = Http2Client(server_->port());
  auto const id = client.open(post("/stream"));
  EXPECT_EQ(client.wait_for_head(id).status, 200);
  client.send_body(id, "abc", false);
  EXPECT_EQ(client.wait_for_body(id, 3), "abc");
  client.send_body(id, "def", false);
  EXPECT_EQ(client.wait_for_body(id, 6), "abcdef");
  client.send_body(id, "", true);
  EXPECT_EQ(client.wait(id).error, 0U);
  auto const large = std::string(3 << 20, 'x');
  EXPECT_EQ(client.wait(client.ask(post("/stream"), large)).body.size(), large.size());
  EXPECT_EQ(client.wait(client.open(post("/stream-refused"))).status, 403);
}

// It is told to wait by the window of one stream; another goes on.
TEST_F(Http2ServerTest, StreamsNoFasterThanTheClientReads) {
  start();
  auto client = Http2Client(server_->port());
  nghttp2_settings_entry const none[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0}};
  nghttp2_submit_settings(client.session(), NGHTTP2_FLAG_NONE, none, 1);
  auto const large = std::string(1 << 20, 'x');
  auto const id = client.ask(post("/stream"), large);
  EXPECT_EQ(client.wait_for_head(id).status, 200);
  EXPECT_EQ(client.wait(client.ask(get("/empty"))).status, 204);
  nghttp2_settings_entry const some[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 65'535}};
  nghttp2_submit_settings(client.session(), NGHTTP2_FLAG_NONE, some, 1);
  client.send();
  EXPECT_EQ(client.wait(id).body.size(), large.size());
}

TEST_F(Http2ServerTest, CancelsStreamsThatAreReset) {
  start();
  auto client = Http2Client(server_->port());
  auto const id = client.open(post("/stream"));
  EXPECT_EQ(client.wait_for_head(id).status, 200);
  client.reset(id);
  EXPECT_EQ(cancelled_.get_future().get(), 0);
}

TEST_F(Http2ServerTest, CancelsIdleStreams) {
  start({.stream_idle_time = 30ms});
  auto client = Http2Client(server_->port());
  auto const id = client.open(post("/stream"));
  EXPECT_EQ(cancelled_.get_future().get(), 408);
  EXPECT_EQ(client.wait(id).error, NGHTTP2_CANCEL);
}

TEST_F(Http2ServerTest, EndsSlowRequestsAlone) {
  start({.body_time = 50ms, .body_bytes_per_second_min = 1'000'000});
  auto client = Http2Client(server_->port());
  auto const held = client.ask(get("/hold"));
  auto const id = client.open(post("/"));
  client.send_body(id, "a", false);
  EXPECT_EQ(client.wait(id).status, 408);
  take_held(0).send(text("late"));
  EXPECT_EQ(client.wait(held).body, "late");
}

TEST_F(Http2ServerTest, EndsIdleConnections) {
  start({.head_time = 40ms, .idle_time = 40ms});
  auto client = Http2Client(server_->port());
  EXPECT_EQ(client.wait(client.ask(get("/"))).status, 200);
  EXPECT_EQ(client.wait_for_end(), NGHTTP2_NO_ERROR);
  auto silent = TcpSocket(server_->port());
  silent.send("PRI * HTTP/2.0");
  EXPECT_TRUE(silent.ends());
}

TEST_F(Http2ServerTest, AnswersAfterTheClientHasClosedItsSide) {
  start();
  auto client = Http2Client(server_->port());
  auto const id = client.ask(get("/hold"));
  client.open(post("/unfinished"));
  auto responder = take_held(0);
  client.socket().end_output();
  responder.send(text("late"));
  EXPECT_EQ(client.wait(id).body, "late");
  client.wait_for_end();
}

TEST_F(Http2ServerTest, StopsAfterWhatHasBegun) {
  start();
  auto client = Http2Client(server_->port());
  auto const id = client.ask(get("/hold"));
  auto responder = take_held(0);
  auto done = std::promise<void>();
  server_->stop(10s, [&] { done.set_value(); });
  EXPECT_EQ(client.wait_for_goaway(), NGHTTP2_NO_ERROR);
  responder.send(text("finished"));
  EXPECT_EQ(client.wait(id).body, "finished");
  client.wait_for_end();
  client.socket().close();
  EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(Http2ServerTest, EndsTheConnectionWhenTheHandlerAsks) {
  start();
  auto client = Http2Client(server_->port());
  auto const held = client.ask(get("/hold"));
  auto responder = take_held(0);
  EXPECT_EQ(client.wait(client.ask(get("/bye"))).status, 200);
  responder.send(text("still"));
  EXPECT_EQ(client.wait(held).body, "still");
  EXPECT_EQ(client.wait_for_end(), NGHTTP2_NO_ERROR);
}

}  // namespace
}  // namespace treadle::net
