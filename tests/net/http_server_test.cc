#include "treadle/net/http_server.h"

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/tcp_socket.h"

namespace treadle::net {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

auto request(std::string_view method, std::string_view target, std::string_view fields = "",
             std::string_view body = "") -> std::string {
  auto text = std::string(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: a\r\n");
  text.append(fields);
  if (!body.empty())
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

auto post(std::string_view body) -> std::string { return request("POST", "/", "", body); }

// A server whose handler answers "METHOD TARGET BODY", unless the target is "/hold": that responder
// is kept.
class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    auto server =
        HttpServer::listen(loops_, std::move(options), [this](Request&& r, Responder responder) {
          if (r.target == "/hold") return hold(std::move(responder));
          if (r.target == "/drop") return;
          auto response = Response{.content_type = "text/plain",
                                   .body = r.method + " " + r.target + " " + r.body};
          if (r.target == "/bye") response.after = AfterResponse::kClose;
          if (r.target == "/inject")
            response.headers = {{"X-A", "b\r\nX-C: d"}, {"Content-Length", "1"}, {"X-E", "f"}};
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

  auto connect() -> TcpSocket { return TcpSocket(server_->port()); }

  void hold(Responder responder) {
    auto const lock = std::scoped_lock(mutex_);
    held_.push_back(std::move(responder));
    changed_.notify_all();
  }
  // The n-th held responder, once it is there.
  auto take_held(std::size_t index) -> Responder {
    auto lock = std::unique_lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() > index; });
    return std::move(held_[index]);
  }
  void wait_for_held(std::size_t count) {
    auto lock = std::unique_lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
  }

  EventLoops loops_{2};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Responder> held_;
  std::unique_ptr<HttpServer> server_;
};

auto text(std::string body) -> Response {
  return {.content_type = "text/plain", .body = std::move(body)};
}

TEST_F(HttpServerTest, Answers) {
  start();
  auto socket = connect();
  socket.send(post("{}"));
  auto const answer = socket.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST / {}");
  EXPECT_EQ(answer.headers.find("content-type"), "text/plain");
  EXPECT_THAT(std::string(answer.headers.find("x-amzn-RequestId").value_or("")),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_THAT(std::string(answer.headers.find("Date").value_or("")),
              MatchesRegex("..., .. ... .... ..:..:.. GMT"));
  EXPECT_EQ(answer.headers.count("Connection"), 0U);
  socket.send(request("GET", "/again"));
  EXPECT_EQ(socket.read_answer().body, "GET /again ");
}

TEST_F(HttpServerTest, HeadGetsTheLengthAlone) {
  start();
  auto socket = connect();
  socket.send(request("HEAD", "/x") + request("GET", "/y"));
  auto const head = socket.read_answer("HEAD");
  EXPECT_EQ(head.headers.find("Content-Length"), "8");
  EXPECT_EQ(socket.read_answer().body, "GET /y ");
}

TEST_F(HttpServerTest, NothingBreaksOutOfAResponseField) {
  start();
  auto socket = connect();
  socket.send(request("GET", "/inject"));
  auto const answer = socket.read_answer();
  EXPECT_EQ(answer.body, "GET /inject ");
  EXPECT_EQ(answer.headers.count("X-A") + answer.headers.count("X-C"), 0U);
  EXPECT_EQ(answer.headers.find("X-E"), "f");
  EXPECT_EQ(answer.headers.count("Content-Length"), 1U);
}

TEST_F(HttpServerTest, PipelinedAnswersKeepTheirOrder) {
  start();
  auto socket = connect();
  socket.send(request("GET", "/hold") + request("GET", "/hold") + request("GET", "/c"));
  wait_for_held(2);
  auto first = take_held(0);
  auto second = take_held(1);
  std::thread([&] { second.send(text("second")); }).join();
  std::thread([&] { first.send(text("first")); }).join();
  EXPECT_EQ(socket.read_answer().body, "first");
  EXPECT_EQ(socket.read_answer().body, "second");
  EXPECT_EQ(socket.read_answer().body, "GET /c ");
}

TEST_F(HttpServerTest, PipelinesBeyondItsBound) {
  start({.pipelined_max = 4});
  auto socket = connect();
  auto requests = request("GET", "/hold");
  for (auto i = 0; i < 200; ++i) requests += request("GET", "/" + std::to_string(i));
  socket.send(requests);
  take_held(0).send(text("held"));
  EXPECT_EQ(socket.read_answer().body, "held");
  for (auto i = 0; i < 200; ++i)
    EXPECT_EQ(socket.read_answer().body, "GET /" + std::to_string(i) + " ");
}

TEST_F(HttpServerTest, AnswersAfterTheClientHasClosedItsSide) {
  start();
  auto socket = connect();
  socket.send(request("GET", "/hold"));
  socket.end_output();
  take_held(0).send(text("late"));
  EXPECT_EQ(socket.read_answer().body, "late");
  EXPECT_TRUE(socket.ends());
}

TEST_F(HttpServerTest, EndsQuietlyWhenTheClientStopsInTheMiddle) {
  start();
  for (auto const* const bytes : {"", "POST / HTTP/1.1\r\nHost: x",
                                  "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"}) {
    auto socket = connect();
    socket.send(bytes);
    socket.end_output();
    EXPECT_TRUE(socket.ends()) << bytes;
  }
}

TEST_F(HttpServerTest, RefusesInItsOwnShape) {
  start();
  struct Row {
    std::string name, bytes;
    int status;
  };
  for (auto const& row : std::vector<Row>{
           {"length_and_chunked",
            request("POST", "/", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n") +
                "0\r\n\r\n",
            400},
           {"garbage", "\x16\x03\x01 tls", 400},
           {"version", "GET / HTTP/2.0\r\n\r\n", 505},
           {"large_head", "GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'a'), 431},
           {"many_fields",
            [] {
              auto fields = std::string();
              for (auto i = 0; i < 100'000; ++i) fields += "X-" + std::to_string(i) + ": a\r\n";
              return request("GET", "/", fields);
            }(),
            431},
           {"large_body",
            request("POST", "/", "Content-Length: 1099511627776\r\n") + std::string(2 << 20, 'a'),
            413},
           {"expectation", request("POST", "/", "Expect: 200-maybe\r\n"), 417},
       }) {
    auto socket = connect();
    socket.send(row.bytes);
    auto const answer = socket.read_answer();
    EXPECT_EQ(answer.status, row.status) << row.name;
    EXPECT_EQ(answer.headers.find("Content-Type"), "application/x-amz-json-1.0") << row.name;
    EXPECT_EQ(answer.headers.find("Connection"), "close") << row.name;
    EXPECT_THAT(answer.body, AllOf(StartsWith(R"({"__type":")"), HasSubstr(R"("message":")")))
        << row.name;
    EXPECT_TRUE(socket.ends()) << row.name;
  }
}

TEST_F(HttpServerTest, ShapesRefusalsByTheHook) {
  start({.error_response = [](RequestError const& e, Request const&) {
    return Response{
        .status = e.status, .content_type = "text/plain", .body = "no: " + std::string(e.message)};
  }});
  auto socket = connect();
  socket.send("GET / HTTP/2.0\r\n\r\n");
  EXPECT_EQ(socket.read_answer().body, "no: The HTTP version is not supported");
}

TEST_F(HttpServerTest, AnswersWhatCameBeforeGarbage) {
  start();
  auto socket = connect();
  socket.send(request("GET", "/hold") + request("GET", "/b") + "\x01\r\n\r\n");
  take_held(0).send(text("held"));
  EXPECT_EQ(socket.read_answer().body, "held");
  EXPECT_EQ(socket.read_answer().body, "GET /b ");
  EXPECT_EQ(socket.read_answer().status, 400);
  EXPECT_TRUE(socket.ends());
}

TEST_F(HttpServerTest, ClosesWhenEitherSideAsks) {
  start();
  for (auto const& bytes : {request("GET", "/", "Connection: close\r\n"), request("GET", "/bye"),
                            std::string("GET / HTTP/1.0\r\n\r\n")}) {
    auto socket = connect();
    socket.send(bytes + request("GET", "/smuggled"));
    auto const answer = socket.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.find("Connection"), "close");
    EXPECT_TRUE(socket.ends());
  }
}

TEST_F(HttpServerTest, KeepsHttp10OpenOnRequest) {
  start();
  auto socket = connect();
  for (auto i = 0; i < 2; ++i) {
    socket.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(socket.read_answer().headers.find("Connection"), "keep-alive");
  }
}

TEST_F(HttpServerTest, ContinuesBeforeTheBodyAndAfterEarlierAnswers) {
  start();
  auto socket = connect();
  socket.send(request("GET", "/hold") +
              request("POST", "/b", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  take_held(0).send(text("held"));
  EXPECT_EQ(socket.read_answer().body, "held");
  EXPECT_EQ(socket.read_bytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("{}");
  EXPECT_EQ(socket.read_answer().body, "POST /b {}");
}

TEST_F(HttpServerTest, ContinuesAlsoWhereTheBodyCameAlong) {
  start();
  auto socket = connect();
  for (int i = 0; i < 2; ++i) {
    socket.send(request("POST", "/b", "Expect: 100-continue\r\nContent-Length: 2\r\n") + "{}");
    EXPECT_EQ(socket.read_bytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(socket.read_answer().body, "POST /b {}");
  }
}

TEST_F(HttpServerTest, CarriesLargeBodiesBothWays) {
  start();
  auto const body = std::string(1'000'000, 'x');
  auto socket = connect();
  for (auto i = 0; i < 3; ++i) {
    socket.send(post(body));
    EXPECT_EQ(socket.read_answer().body, "POST / " + body);
  }
}

TEST_F(HttpServerTest, DroppedResponderAnswersInternalFailure) {
  start();
  auto socket = connect();
  socket.send(request("GET", "/drop"));
  auto const answer = socket.read_answer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("InternalFailure"));
}

TEST_F(HttpServerTest, DropsAnswersToClientsThatHaveGone) {
  start();
  auto socket = connect();
  socket.send(request("GET", "/hold"));
  auto responder = take_held(0);
  socket.reset();
  while (!responder.client_is_gone()) std::this_thread::yield();
  responder.send(text("nobody"));
  auto other = connect();
  other.send(post("{}"));
  EXPECT_EQ(other.read_answer().status, 200);
}

TEST_F(HttpServerTest, EndsSlowClients) {
  start({.head_time = 50ms,
         .body_time = 50ms,
         .body_bytes_per_second_min = 1'000'000,
         .idle_time = 50ms});
  struct Row {
    std::string name, bytes;
    int status;  // of the refusal, 0: none
  };
  for (auto const& row : std::vector<Row>{
           {"silent", "", 0},
           {"slow_head", "POST / HTTP/1.1\r\nHost:", 408},
           {"slow_body", request("POST", "/", "Content-Length: 9\r\n") + "{", 408},
           {"slow_chunk", request("POST", "/", "Transfer-Encoding: chunked\r\n") + "2\r\n{", 408},
       }) {
    auto socket = connect();
    socket.send(row.bytes);
    EXPECT_EQ(socket.read_answer().status, row.status) << row.name;
    EXPECT_TRUE(socket.ends()) << row.name;
  }
  auto idle = connect();
  idle.send(post("{}"));
  EXPECT_EQ(idle.read_answer().status, 200);
  EXPECT_TRUE(idle.ends());
}

TEST_F(HttpServerTest, WaitsForBodiesThatKeepComing) {
  start({.body_time = 40ms, .body_bytes_per_second_min = 1});
  auto socket = connect();
  socket.send(request("POST", "/", "Content-Length: 12\r\n") + "0123456789");  // earns ten seconds
  auto silent = connect();  // and meanwhile one that earns nothing runs out of its time
  silent.send(request("POST", "/", "Content-Length: 9\r\n"));
  EXPECT_EQ(silent.read_answer().status, 408);
  socket.send("ab");
  EXPECT_EQ(socket.read_answer().body, "POST / 0123456789ab");
}

TEST_F(HttpServerTest, HandlersMayTakeLongerThanIdleTime) {
  start({.head_time = 20ms, .idle_time = 20ms});
  auto socket = connect();
  socket.send(request("GET", "/hold"));
  auto responder = take_held(0);
  auto silent = connect();
  EXPECT_TRUE(silent.ends());  // a head time has passed
  responder.send(text("late"));
  EXPECT_EQ(socket.read_answer().body, "late");
}

TEST_F(HttpServerTest, EndsClientsThatDoNotRead) {
  start({.write_time = 50ms});
  auto socket = connect();
  auto const body = std::string(1'000'000, 'x');
  for (auto i = 0; i < 20; ++i) socket.send(post(body));  // its answers fill both socket buffers
  while (server_->connections() > 0) std::this_thread::yield();
}

TEST_F(HttpServerTest, ServesNoMoreConnectionsThanAllowed) {
  start({.connections_max = 2});  // one a loop
  auto sockets = std::vector<TcpSocket>();
  for (auto i = 0; i < 40; ++i) sockets.push_back(connect());
  for (auto& socket : sockets) socket.send(request("GET", "/", "Connection: close\r\n"));
  for (auto& socket : sockets) {
    EXPECT_EQ(socket.read_answer().status, 200);
    EXPECT_LE(server_->connections(), 2U);
    socket.close();
  }
}

TEST_F(HttpServerTest, SurvivesRunningOutOfDescriptors) {
  start();
  auto early = connect();
  early.send(post("1"));
  EXPECT_EQ(early.read_answer().status, 200);
  auto waiting = std::vector<TcpSocket>();
  auto limit = rlimit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  auto lowered = limit;
  lowered.rlim_cur = 64;
  ::setrlimit(RLIMIT_NOFILE, &lowered);
  while (waiting.empty() || waiting.back().connected()) waiting.push_back(connect());
  waiting.pop_back();
  early.send(post("2"));
  EXPECT_EQ(early.read_answer().status, 200);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  for (auto& socket : waiting) {
    socket.send(post("3"));
    EXPECT_EQ(socket.read_answer().body, "POST / 3");
  }
}

TEST_F(HttpServerTest, SurvivesManyConnectionsOpenedAndReset) {
  start();
  auto sockets = std::vector<TcpSocket>();
  for (auto i = 0; i < 300; ++i) sockets.push_back(connect());
  for (auto i = std::size_t{0}; i < sockets.size(); ++i) {
    if (i % 3 == 1) sockets[i].send("POST / HT");
    if (i % 3 == 2) sockets[i].send(post("{}"));
    sockets[i].reset();
  }
  auto socket = connect();
  socket.send(post("{}"));
  EXPECT_EQ(socket.read_answer().status, 200);
  while (server_->connections() > 1) std::this_thread::yield();
}

TEST_F(HttpServerTest, StopsAfterWhatHasBegun) {
  start();
  auto idle = connect();
  idle.send(post("{}"));
  EXPECT_EQ(idle.read_answer().status, 200);
  auto busy = connect();
  busy.send(request("GET", "/hold"));
  auto asking = connect();
  asking.send(request("POST", "/", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(asking.read_bytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
  wait_for_held(1);
  auto done = std::promise<void>();
  server_->stop(10s, [&] { done.set_value(); });
  EXPECT_TRUE(idle.ends());
  idle.close();
  take_held(0).send(text("finished"));
  auto const answer = busy.read_answer();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_EQ(answer.headers.find("Connection"), "close");
  EXPECT_TRUE(busy.ends());
  busy.close();
  asking.send("{}");
  EXPECT_EQ(asking.read_answer().body, "POST / {}");
  asking.close();
  EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
  EXPECT_FALSE(connect().connected());
}

TEST_F(HttpServerTest, StopsAfterItsGrace) {
  start();
  auto busy = connect();
  busy.send(request("GET", "/hold"));
  wait_for_held(1);
  auto done = std::promise<void>();
  server_->stop(20ms, [&] { done.set_value(); });
  EXPECT_TRUE(busy.ends());
  EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
  EXPECT_TRUE(take_held(0).client_is_gone());
}

TEST_F(HttpServerTest, RefusesAnAddressInUse) {
  start();
  auto const second =
      HttpServer::listen(loops_, {.port = server_->port()}, [](Request&&, Responder) {});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(),
              AllOf(HasSubstr(std::to_string(server_->port())), HasSubstr("in use")));
  auto const name =
      HttpServer::listen(loops_, {.address = "localhost"}, [](Request&&, Responder) {});
  EXPECT_FALSE(name);
}

}  // namespace
}  // namespace treadle::net
