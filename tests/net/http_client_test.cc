#include "treadle/net/http_client.h"

#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/client_fixture.h"
#include "treadle/net/http_server.h"

namespace treadle::net {
namespace {

using testing::HasSubstr;
using Kind = ClientError::Kind;

TEST_F(HttpClientTest, SendsWhatItWasToldAndKeepsTheConnection) {
  auto server = RawServer();
  auto request = ClientRequest{};
  request.url = server.url() + "?a=%3A";
  request.headers = Headers{{"X-A", "b"}, {"Content-Length", "99"}, {"Connection", "close"}};
  auto first = send(request);
  auto const peer = server.accept();
  EXPECT_EQ(RawServer::read_head(peer), "POST /x?a=%3A HTTP/1.1\r\nX-A: b\r\nHost: " +
                                            server.url().substr(7, server.url().size() - 9) +
                                            "\r\nContent-Length: 0\r\n\r\n");
  RawServer::say(peer, kOk);
  EXPECT_EQ(text(first), "200 ok");
  request.method = "GET";
  request.headers = Headers{{"Host", "other"}};
  auto second = send(request);
  EXPECT_EQ(RawServer::read_head(peer), "GET /x?a=%3A HTTP/1.1\r\nHost: other\r\n\r\n");
  RawServer::say(peer,
                 "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n");
  EXPECT_EQ(text(second), "302 no");
}

TEST_F(HttpClientTest, Responses) {
  struct Row {
    std::string name, response;
    bool ends;
    std::string expected;
  };
  for (auto const& row : std::vector<Row>{
           {"until_the_end", "HTTP/1.1 200 OK\r\n\r\nall", true, "200 all"},
           {"interim", "HTTP/1.1 100 Continue\r\n\r\n" + kOk, false, "200 ok"},
           {"cut_short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", true, "reset"},
           {"cut_head", "HTTP/1.1 2", true, "reset"},
           {"nothing", "", true, "reset"},
           {"not_http", "220 mail.example ESMTP\r\n\r\n", false, "protocol"},
           {"too_large", "HTTP/1.1 200 OK\r\nContent-Length: 262145\r\n\r\n", false, "too_large"},
           {"large_head", "HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'a'), false, "too_large"},
           {"two_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            false, "protocol"},
       }) {
    auto server = RawServer();
    auto answer = get(server.url());
    auto const peer = server.accept();
    RawServer::read_head(peer);
    RawServer::say(peer, row.response);
    if (row.ends) server.end(peer);
    EXPECT_EQ(text(answer), row.expected) << row.name;
  }
}

TEST_F(HttpClientTest, RefusesWhatItCannotSend) {
  auto request = ClientRequest{};
  request.url = "http://127.0.0.1:1/";
  request.headers = Headers{{"X-A", "b\r\nX-Injected: c"}};
  auto injected = send(request);
  EXPECT_EQ(text(injected), "connect not sent");
  for (auto const* const url :
       {"ftp://a/", "http://u@a/", "http://127.0.0.1:99999/", "http://a/ b"}) {
    auto answer = get(url);
    EXPECT_EQ(text(answer), "connect not sent") << url;
  }
  auto closed_port = std::string();
  {
    auto const server = RawServer();
    closed_port = server.url();
  }
  auto refused = get(closed_port);
  EXPECT_EQ(text(refused), "connect not sent");
}

TEST_F(HttpClientTest, Deadlines) {
  struct Row {
    std::string name;
    ClientDeadlines deadlines;
    std::string response, message;
  };
  for (auto const& row : std::vector<Row>{
           {"first_byte", {5s, 30ms, 60s}, "", "no response within 30 ms"},
           {"total_before_first_byte", {5s, 60s, 30ms}, "", "no response within 30 ms"},
           {"total", {5s, 10s, 200ms}, "HTTP/1.1 200 OK\r\n", "no whole response within 200 ms"},
       }) {
    auto server = RawServer();
    auto request = ClientRequest{};
    request.url = server.url();
    request.deadlines = row.deadlines;
    auto answer = send(request);
    auto const peer = server.accept();
    RawServer::say(peer, row.response);
    auto const result = answer.get();
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(result.error().kind, Kind::kTimeout) << row.name;
    EXPECT_THAT(result.error().message, HasSubstr(row.message)) << row.name;
    RawServer::read_head(peer);
    char byte = 0;
    EXPECT_LE(::recv(peer, &byte, 1, 0), 0)
        << row.name << ": the connection must not be left to itself";
  }
}

TEST_F(HttpClientTest, SendsOnceMoreOnlyWhatThePeerCannotHaveSeen) {
  auto server = RawServer();
  auto first = get(server.url());
  auto peer = server.accept();
  RawServer::read_head(peer);
  RawServer::say(peer, kOk);
  EXPECT_EQ(text(first), "200 ok");
  // The peer closes while the loop looks elsewhere, so that the next call still finds the
  // connection in the pool.
  auto promise = std::promise<ClientResult>();
  auto second = promise.get_future();
  on_loop([&] {
    server.end(peer);
    auto request = ClientRequest{};
    request.url = server.url();
    client_->send(std::move(request),
                  [&](ClientResult result) { promise.set_value(std::move(result)); });
    return 0;
  });
  peer = server.accept();
  EXPECT_THAT(RawServer::read_head(peer), HasSubstr("POST /x"));
  RawServer::say(peer, kOk);
  EXPECT_EQ(text(second), "200 ok");
}

TEST_F(HttpClientTest, DoesNotSendAgainWhatThePeerHasRead) {
  auto server = RawServer();
  auto first = get(server.url());
  auto const peer = server.accept();
  RawServer::read_head(peer);
  RawServer::say(peer, kOk);
  EXPECT_EQ(text(first), "200 ok");
  auto second = get(server.url());
  RawServer::read_head(peer);
  server.end(peer);  // dies with the request in its hands
  EXPECT_EQ(text(second), "reset");
  EXPECT_FALSE(server.has_caller());
}

TEST_F(HttpClientTest, ForgetsConnectionsThatWereClosedOrIdle) {
  use({.idle_time = 20ms});
  auto server = RawServer();
  auto first = get(server.url());
  auto const peer = server.accept();
  RawServer::read_head(peer);
  RawServer::say(peer, kOk);
  EXPECT_EQ(text(first), "200 ok");
  char byte = 0;
  EXPECT_EQ(::recv(peer, &byte, 1, 0), 0);  // the client closes it
  auto second = get(server.url());
  auto const other = server.accept();
  RawServer::read_head(other);
  RawServer::say(other, kOk);
  EXPECT_EQ(text(second), "200 ok");
}

TEST_F(HttpClientTest, WaitsForItsTurnAndRefusesBeyond) {
  use({.connections_per_target_max = 1, .waiting_per_target_max = 1});
  auto server = RawServer();
  auto first = get(server.url());
  auto second = get(server.url());
  auto third = get(server.url());
  EXPECT_EQ(text(third), "connect not sent");
  auto const peer = server.accept();
  RawServer::read_head(peer);
  EXPECT_FALSE(server.has_caller());
  RawServer::say(peer, kOk);
  EXPECT_EQ(text(first), "200 ok");
  RawServer::read_head(peer);
  RawServer::say(peer, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(text(second), "200 ");
  auto fourth = get(server.url());
  auto const other = server.accept();
  RawServer::read_head(other);
  RawServer::say(other, kOk);
  EXPECT_EQ(text(fourth), "200 ok");
}

// Its time to connect begins with its turn; the others run while it waits.
TEST_F(HttpClientTest, WaitingTimesOutToo) {
  use({.connections_per_target_max = 1});
  auto server = RawServer();
  auto first = get(server.url());
  auto request = ClientRequest{};
  request.url = server.url();
  request.deadlines.connect = 1ms;
  auto second = send(request);
  request.deadlines = {.connect = 5s, .first_byte = 20ms};
  auto third = send(request);
  EXPECT_EQ(text(third), "timeout not sent");
  auto const peer = server.accept();
  for (auto* const answer : {&first, &second}) {
    RawServer::read_head(peer);
    RawServer::say(peer, kOk);
    EXPECT_EQ(text(*answer), "200 ok");
  }
}

TEST_F(HttpClientTest, HandshakesUnderWayAreFew) {
  auto server = RawServer();
  use({.handshakes_per_target_max = 1});
  auto first = get(server.url("https"));
  auto const peer = server.accept();
  auto second = get(server.url("https"));
  EXPECT_FALSE(server.has_caller());
  server.end(peer);
  EXPECT_EQ(text(first), "tls not sent");
  server.end(server.accept());
  EXPECT_EQ(text(second), "tls not sent");
}

TEST_F(HttpClientTest, LargeResponsesArriveWholeHoweverLittleOfThemMayBeHeld) {
  auto constexpr kBytes = std::size_t{100'000};
  auto server = RawServer();
  use({.unfinished_bytes_max = 16 * 1024});
  auto answers = std::vector<Answer>();
  auto peers = std::vector<int>();
  for (int i = 0; i < 8; ++i) {
    auto request = ClientRequest{.method = "GET", .url = server.url()};
    request.max_response_bytes = kBytes;
    answers.push_back(send(std::move(request)));
    peers.push_back(server.accept());
    RawServer::read_head(peers.back());
    RawServer::say(peers.back(), "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) +
                                     "\r\n\r\n" + std::string(kBytes / 2, 'a'));
  }
  for (auto const peer : peers) RawServer::say(peer, std::string(kBytes / 2, 'b'));
  auto const whole = "200 " + std::string(kBytes / 2, 'a') + std::string(kBytes / 2, 'b');
  for (auto& answer : answers) EXPECT_EQ(text(answer), whole);
}

TEST_F(HttpClientTest, WhoWaitsWithALargeResponseGoesOnWhenAnotherIsBrokenOff) {
  auto constexpr kBytes = std::size_t{100'000};
  auto server = RawServer();
  use({.unfinished_bytes_max = 16 * 1024});
  auto const begin = [&](Answer& answer, std::size_t bytes) {
    answer = get(server.url());
    auto const peer = server.accept();
    RawServer::read_head(peer);
    RawServer::say(peer, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) +
                             "\r\n\r\n" + std::string(bytes, 'a'));
    return peer;
  };
  auto first = Answer();
  auto second = Answer();
  auto const slow = begin(first, kBytes - 1);
  begin(second, kBytes);
  server.end(slow);
  EXPECT_EQ(text(first), "reset");
  EXPECT_EQ(text(second), "200 " + std::string(kBytes, 'a'));
}

TEST_F(HttpClientTest, CancelClosesAndSilences) {
  auto server = RawServer();
  auto answer = get(server.url());
  auto const peer = server.accept();
  RawServer::read_head(peer);
  on_loop([&] {
    auto again = handle_;
    handle_.cancel();
    again.cancel();
    return 0;
  });
  char byte = 0;
  EXPECT_EQ(::recv(peer, &byte, 1, 0), 0);
  EXPECT_THROW(answer.get(), std::future_error);  // its promise was destroyed unanswered
}

TEST_F(HttpClientTest, MayBeDestroyedByItsOwnCallback) {
  auto server = RawServer();
  auto done = std::promise<void>();
  auto* const client = on_loop([&] { return new HttpClient(loops_.at(0), {}); });
  on_loop([&] {
    auto request = ClientRequest{};
    request.url = server.url();
    client->send(request, [&](ClientResult const& result) {
      EXPECT_TRUE(result);
      delete client;
      done.set_value();
    });
    client->send(request, [](ClientResult const&) { FAIL(); });
    return 0;
  });
  auto const peer = server.accept();
  RawServer::read_head(peer);
  RawServer::say(peer, kOk);
  EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(HttpClientTest, ConnectsOnlyToAllowedAddresses) {
  use({.allow_address = [](std::string_view address) {
    return address != "127.0.0.1" && address != "::1";
  }});
  auto server = RawServer();
  for (auto url : {server.url(), "http://localhost" + server.url().substr(16)}) {
    auto answer = get(url);
    EXPECT_EQ(text(answer), "connect not sent") << url;
  }
  EXPECT_FALSE(server.has_caller());
}

TEST_F(HttpClientTest, TalksToOurServer) {
  auto server = HttpServer::listen(loops_, {}, [](Request&& request, Responder responder) {
    responder.send({.body = request.method + " " + std::move(request.body)});
  });
  ASSERT_TRUE(server);
  auto request = ClientRequest{};
  request.url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/";
  request.body = std::string(200'000, 'x');
  auto answers = std::vector<Answer>();
  for (auto i = 0; i < 50; ++i) answers.push_back(send(request));
  for (auto& answer : answers) EXPECT_EQ(text(answer), "200 POST " + request.body);
  client_.reset();
  loops_.stop();
}

}  // namespace
}  // namespace treadle::net
