#include "treadle/approvals/slack/web_socket_frames.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/base/random.h"

namespace treadle::approvals::slack {
namespace {

using namespace std::string_literals;

// RFC 6455, 1.3.
TEST(WebSocketFrames, KnowTheHandshakeOfTheStandard) {
  EXPECT_EQ(socket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(make_socket_key(0, 1), "AAAAAAAAAAAAAAAAAAAAAQ==");
}

TEST(WebSocketFrames, CheckTheAnswerToTheHandshake) {
  auto const key = "dGhlIHNhbXBsZSBub25jZQ=="s;
  auto const accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"s;
  auto const upgrade = "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"s;
  auto const status = "HTTP/1.1 101 Switching Protocols\r\n"s;
  struct Row {
    std::string name, head, error;
  };
  Row const rows[] = {
      {"good", status + upgrade + accept + "\r\n", ""},
      {"refused", "HTTP/1.1 403 Forbidden\r\n\r\n", "the server answered 'HTTP/1.1 403 Forbidden'"},
      {"no upgrade", status + "Connection: Upgrade\r\n" + accept + "\r\n",
       "the answer upgrades to something else"},
      {"no connection", status + "Upgrade: websocket\r\n" + accept + "\r\n",
       "the answer has no 'Connection: Upgrade'"},
      {"another key", status + upgrade + "Sec-WebSocket-Accept: x\r\n\r\n",
       "Sec-WebSocket-Accept is not for this key"},
      {"no key", status + upgrade + "\r\n", "Sec-WebSocket-Accept is not for this key"},
      {"an extension",
       status + upgrade + accept + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
       "the server chose what was not offered"},
      {"no name", status + ": x\r\n\r\n", "a field without a name"},
  };
  for (auto const& row : rows) {
    auto const checked = check_socket_answer(row.head, key);
    EXPECT_EQ(checked ? "" : checked.error(), row.error) << row.name;
  }
}

// RFC 6455, 5.7.
TEST(WebSocketFrames, WriteAMaskedFrameAsTheStandardShowsIt) {
  EXPECT_EQ(socket_frame(Opcode::kText, "Hello", 0x37fa213d),
            "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s);
  EXPECT_EQ(socket_frame(Opcode::kText, std::string(126, 'a'), 0).substr(0, 4),
            "\x81\xfe\x00\x7e"s);
  EXPECT_EQ(socket_frame(Opcode::kText, std::string(65'536, 'a'), 0).substr(0, 10),
            "\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

// Each message as "opcode:payload"; the error at the end.
auto read_all(SocketReader& reader) -> std::vector<std::string> {
  std::vector<std::string> out;
  while (true) {
    auto next = reader.next();
    if (!next) return out.push_back("error: " + next.error()), out;
    if (!*next) return out;
    out.push_back(std::to_string(static_cast<int>((*next)->opcode)) + ":" + (*next)->payload);
  }
}

TEST(WebSocketFrames, ReadWhatServersSend) {
  struct Row {
    std::string name, bytes;
    std::vector<std::string> expected;
  };
  Row const rows[] = {
      {"a text", "\x81\x05Hello"s, {"1:Hello"}},
      {"in pieces", "\x01\x03Hel\x80\x02lo"s, {"1:Hello"}},
      {"a ping within", "\x01\x03Hel\x89\x01!\x80\x02lo"s, {"9:!", "1:Hello"}},
      {"two",
       "\x81\x01"
       "a\x81\x01"
       "b"s,
       {"1:a", "1:b"}},
      {"126", "\x82\x7e\x00\x7e"s + std::string(126, 'x'), {"2:" + std::string(126, 'x')}},
      {"close", "\x88\x02\x03\xe8"s, {"8:\x03\xe8"}},
      {"masked",
       "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s,
       {"error: a server's frame is masked"}},
      {"reserved bit", "\xc1\x00"s, {"error: reserved bits are set"}},
      {"unknown opcode", "\x83\x00"s, {"error: an unknown kind of frame"}},
      {"long control", "\x89\x7e\x00\x7e"s, {"error: a control frame is too long or in pieces"}},
      {"control in pieces", "\x09\x00"s, {"error: a control frame is too long or in pieces"}},
      {"continues nothing", "\x80\x00"s, {"error: a frame continues nothing"}},
      {"begins twice",
       "\x01\x01"
       "a\x01\x01"
       "b"s,
       {"error: a message begins within another"}},
      {"too long", "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s, {"error: a message is too long"}},
      {"huge", "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s, {"error: a message is too long"}},
      {"no UTF-8", "\x81\x01\xff"s, {"error: a text is not UTF-8"}},
  };
  for (auto const& row : rows) {
    SocketReader whole(1'000);
    whole.feed(row.bytes);
    EXPECT_EQ(read_all(whole), row.expected) << row.name;
    SocketReader bit_by_bit(1'000);
    std::vector<std::string> got;
    for (auto const byte : row.bytes) {
      bit_by_bit.feed({&byte, 1});
      for (auto& one : read_all(bit_by_bit)) got.push_back(one);
      if (!got.empty() && got.back().starts_with("error")) break;
    }
    EXPECT_EQ(got, row.expected) << row.name;
  }
}

TEST(WebSocketFrames, PiecesTogetherKeepToTheLimit) {
  SocketReader reader(10);
  reader.feed(
      "\x01\x08"
      "12345678\x80\x03"
      "901"s);
  EXPECT_EQ(read_all(reader), std::vector<std::string>{"error: a message is too long"});
}

TEST(WebSocketFrames, AnythingIsReadOrRefused) {
  SeededRandom random(7);
  for (int round = 0; round < 2'000; ++round) {
    SocketReader reader(256);
    std::string bytes;
    for (int i = 0; i < 64; ++i) bytes += static_cast<char>(random.next_u64());
    reader.feed(bytes);
    EXPECT_LE(read_all(reader).size(), 33U);
  }
}

}  // namespace
}  // namespace treadle::approvals::slack
