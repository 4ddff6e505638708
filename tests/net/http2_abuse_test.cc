// What hostile clients do over HTTP/2, frame by frame.
#include <condition_variable>
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

class Http2AbuseTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    auto server = HttpServer::listen(
        loops_, std::move(options), [this](Request&& request, Responder responder) {
          auto const lock = std::scoped_lock(mutex_);
          changed_.notify_all();
          if (request.method == "GET") return held_.push_back(std::move(responder));
          responder.send({.content_type = "text/plain",
                          .body = std::string(request.body.size() > 2 ? 200'000 : 2, 'x')});
        });
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    loops_.start();
  }
  void TearDown() override {
    loops_.stop();
    held_.clear();
  }
  auto connect() -> TcpSocket {
    auto socket = TcpSocket(server_->port());
    socket.send(preface());
    return socket;
  }
  void wait_for_held(std::size_t count) {
    auto lock = std::unique_lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
  }
  auto held() -> std::size_t {
    auto const lock = std::scoped_lock(mutex_);
    return held_.size();
  }
  // The server still works for others.
  void expect_service() {
    auto client = Http2Client(server_->port());
    EXPECT_EQ(client.wait(client.ask({{":method", "POST"}, {":path", "/"}}, "a")).status, 200);
  }

  EventLoops loops_{2};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Responder> held_;
  std::unique_ptr<HttpServer> server_;
};

auto reset_frame(std::uint32_t stream) -> std::string {
  return Frame{NGHTTP2_RST_STREAM, 0, stream, number(NGHTTP2_CANCEL)}.bytes();
}
auto odd(std::uint32_t index) -> std::uint32_t { return 2 * index + 1; }

TEST_F(Http2AbuseTest, RefusesMoreStreamsThanItSaid) {
  start({.h2_streams_max = 4});
  auto socket = connect();
  for (auto i = 0U; i < 5; ++i) socket.send(headers_frame(odd(i), kGetBlock));
  EXPECT_EQ(error_in(read_frame(socket, NGHTTP2_RST_STREAM, 9)), NGHTTP2_REFUSED_STREAM);
  wait_for_held(4);
  EXPECT_EQ(held(), 4U);
}

// CVE-2023-44487: what is reset stays under way until its handler answers.
TEST_F(Http2AbuseTest, CountsWhatIsReset) {
  start({.h2_streams_max = 4});
  auto socket = connect();
  for (auto i = 0U; i < 50; ++i)
    socket.send(headers_frame(odd(i), kGetBlock) + reset_frame(odd(i)));
  socket.send(headers_frame(odd(50), kGetBlock));
  EXPECT_EQ(error_in(read_frame(socket, NGHTTP2_RST_STREAM, odd(50))), NGHTTP2_REFUSED_STREAM);
  wait_for_held(4);
  EXPECT_EQ(held(), 4U);
  for (auto i = 0U; i < 4; ++i) held_[i].send({.body = "late"});
  held_.clear();
  for (auto i = 51U;; ++i) {  // and then there is room again, once the loop has seen the answers
    socket.send(headers_frame(odd(i), kPostBlock));
    auto frame = Frame();
    do frame = read_frame(socket);
    while (frame.type != 255 && frame.stream != odd(i));
    ASSERT_NE(frame.type, 255);
    if (frame.type == NGHTTP2_HEADERS) break;
  }
}

TEST_F(Http2AbuseTest, EndsFloods) {
  start();
  struct Row {
    std::string name;
    std::string piece;
  };
  auto const ping = Frame{NGHTTP2_PING, 0, 0, std::string(8, 'p')}.bytes();
  auto const settings = Frame{NGHTTP2_SETTINGS, 0, 0, ""}.bytes();
  auto const priority = Frame{NGHTTP2_PRIORITY, 0, 1, std::string("\0\0\0\0\1", 5)}.bytes();
  auto const window = Frame{NGHTTP2_WINDOW_UPDATE, 0, 0, number(1)}.bytes();
  for (auto const& row : std::vector<Row>{
           {"ping", ping}, {"settings", settings}, {"priority", priority}, {"window", window}}) {
    auto socket = connect();
    auto reader = std::thread([&] {
      auto const goaway = read_frame(socket, NGHTTP2_GOAWAY, 0);
      EXPECT_EQ(error_in(goaway), NGHTTP2_ENHANCE_YOUR_CALM) << row.name;
      EXPECT_TRUE(socket.ends()) << row.name;
    });
    auto burst = std::string();
    for (auto i = 0; i < 1'000; ++i) burst += row.piece;
    for (auto i = 0; i < 100; ++i) socket.send(burst);
    reader.join();
  }
  expect_service();
}

TEST_F(Http2AbuseTest, EndsRapidResets) {
  start();
  auto socket = connect();
  auto reader = std::thread([&] { EXPECT_GE(error_in(read_frame(socket, NGHTTP2_GOAWAY, 0)), 1); });
  auto burst = std::string();
  for (auto i = 0U; i < 20'000; ++i)
    burst += headers_frame(odd(i), kGetBlock) + reset_frame(odd(i));
  socket.send(burst);
  reader.join();
  EXPECT_LE(held(), 128U);
  expect_service();
}

// CVE-2024-27316 and its like.
TEST_F(Http2AbuseTest, EndsContinuationFloods) {
  start();
  auto socket = connect();
  auto reader = std::thread([&] { EXPECT_GE(error_in(read_frame(socket, NGHTTP2_GOAWAY, 0)), 1); });
  socket.send(headers_frame(1, kGetBlock, NGHTTP2_FLAG_END_STREAM));
  auto const more = Frame{NGHTTP2_CONTINUATION, 0, 1, std::string("\x40\x01x\x01y", 5)}.bytes();
  for (auto i = 0; i < 1'000; ++i) socket.send(more);
  reader.join();
  EXPECT_EQ(held(), 0U);
  expect_service();
}

// One large field in the table, named again and again by a byte.
TEST_F(Http2AbuseTest, EndsHeaderBombs) {
  start();
  auto socket = connect();
  auto block = std::string(kGetBlock) + "\x40\x01x\x7f\xa1\x1e" + std::string(4'000, 'y');
  block += std::string(12'000, '\xbe');
  socket.send(headers_frame(1, block));
  EXPECT_EQ(error_in(read_frame(socket, NGHTTP2_GOAWAY, 0)), NGHTTP2_ENHANCE_YOUR_CALM);
  EXPECT_EQ(held(), 0U);
  expect_service();
}

TEST_F(Http2AbuseTest, RefusesWhatIsMalformed) {
  start();
  struct Row {
    std::string name;
    std::string block;
  };
  for (auto const& row : std::vector<Row>{
           {"upper_case", std::string("\x40\x01X\x01y", 5)},
           {"line_end", std::string("\x40\x01x\x03y\r\n", 7)},
           {"connection", std::string("\x40\x0a") + "connection\x05"
                                                    "close"},
           {"transfer_encoding", std::string("\x40\x11") + "transfer-encoding\x07"
                                                           "chunked"},
           {"second_path", "\x84"},
           {"unknown_pseudo", std::string("\x40\x02:x\x01y", 6)},
       }) {
    auto socket = connect();
    socket.send(headers_frame(1, std::string(kGetBlock) + row.block) +
                headers_frame(3, kPostBlock));
    auto frame = Frame();
    do frame = read_frame(socket);
    while (frame.type != 255 && frame.stream != 1);
    auto const is_reset = error_in(frame) == NGHTTP2_PROTOCOL_ERROR;
    EXPECT_TRUE(is_reset || frame.type == NGHTTP2_HEADERS) << row.name;
    EXPECT_EQ(read_frame(socket, NGHTTP2_DATA, 3).payload, "xx") << row.name;
    EXPECT_EQ(held(), 0U) << row.name;
  }
}

TEST_F(Http2AbuseTest, RefusesBrokenFrames) {
  start();
  struct Row {
    std::string name;
    std::string bytes;
  };
  for (auto const& row : std::vector<Row>{
           {"large_frame", Frame{NGHTTP2_DATA, 0, 1, std::string(20'000, 'a')}.bytes()},
           {"even_stream", headers_frame(2, kGetBlock)},
           {"data_on_idle", Frame{NGHTTP2_DATA, 0, 1, "a"}.bytes()},
           {"window_overflow", Frame{NGHTTP2_WINDOW_UPDATE, 0, 0, number(0x7FFFFFFF)}.bytes()},
           {"bad_hpack", headers_frame(1, "\xff\xff\xff\xff\xff\xff\xff")},
           {"padding", Frame{NGHTTP2_HEADERS, 0x0C, 1, "\x20"}.bytes()},
           {"push", Frame{NGHTTP2_PUSH_PROMISE, 4, 1, number(2)}.bytes()},
       }) {
    auto socket = connect();
    socket.send(row.bytes);
    EXPECT_GE(error_in(read_frame(socket, NGHTTP2_GOAWAY, 0)), 1) << row.name;
    EXPECT_TRUE(socket.ends()) << row.name;
  }
  expect_service();
}

TEST_F(Http2AbuseTest, EndsWhoNeverOpensTheWindow) {
  start({.write_time = 50ms});
  auto socket = TcpSocket(server_->port());
  auto const no_window = std::string("\x00\x04", 2) + number(0);
  socket.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
              Frame{NGHTTP2_SETTINGS, 0, 0, no_window}.bytes());
  socket.send(headers_frame(1, kPostBlock));
  EXPECT_EQ(error_in(read_frame(socket, NGHTTP2_RST_STREAM, 1)), NGHTTP2_CANCEL);
}

TEST_F(Http2AbuseTest, EndsHeadsThatDoNotEnd) {
  start({.head_time = 50ms});
  auto socket = connect();
  socket.send(headers_frame(1, kGetBlock, NGHTTP2_FLAG_END_STREAM));
  EXPECT_EQ(error_in(read_frame(socket, NGHTTP2_GOAWAY, 0)), NGHTTP2_NO_ERROR);
  EXPECT_TRUE(socket.ends());
}

TEST_F(Http2AbuseTest, EndsClientsThatDoNotRead) {
  start({.write_time = 50ms});
  auto socket = connect();
  socket.send(Frame{NGHTTP2_WINDOW_UPDATE, 0, 0, number(1 << 30)}.bytes());
  for (auto i = 0U; i < 200; ++i) {
    socket.send(headers_frame(odd(i), kPostBlock, NGHTTP2_FLAG_END_HEADERS) +
                Frame{NGHTTP2_WINDOW_UPDATE, 0, odd(i), number(1 << 30)}.bytes() +
                Frame{NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, odd(i), "more"}.bytes());
  }
  while (server_->connections() > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace treadle::net
