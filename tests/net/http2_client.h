// HTTP/2 clients for tests, blocking: one that keeps the rules (libnghttp2's), and frames by hand for
// what no good client does.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nghttp2/nghttp2.h>

#include "tests/net/tcp_socket.h"

namespace treadle::net {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Http2Answer {
  int status = 0;
  int interim = 0;  // 100
  Headers headers;
  std::string body;
  bool is_closed = false;
  std::uint32_t error = 0;  // of RST_STREAM
};

class Http2Client {
 public:
  explicit Http2Client(std::uint16_t port) : socket_(port) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  Http2Client(Http2Client const&) = delete;
  ~Http2Client() { nghttp2_session_del(session_); }

  // `fields` without ":scheme" and, unless they have one, ":authority".
  auto ask(Fields fields, std::string body = "", Fields trailers = {}) -> std::int32_t {
    auto const id = open(std::move(fields), !body.empty() || !trailers.empty());
    if (!body.empty() || !trailers.empty())
      send_body(id, std::move(body), true, std::move(trailers));
    return id;
  }
  // A request whose body follows by send_body().
  auto open(Fields fields, bool has_body = true) -> std::int32_t {
    fields.insert(fields.begin(), {":scheme", "http"});
    auto has_authority = false;
    for (auto const& [name, value] : fields)
      has_authority |= name == ":authority" || name == "host";
    if (!has_authority) fields.insert(fields.begin(), {":authority", "a"});
    auto source = nghttp2_data_provider{.source = {}, .read_callback = give_data};
    auto const nva = to_nva(fields);
    auto const id = nghttp2_submit_request(session_, nullptr, nva.data(), nva.size(),
                                           has_body ? &source : nullptr, nullptr);
    send();
    return id;
  }
  void send_body(std::int32_t id, std::string bytes, bool is_last, Fields trailers = {}) {
    auto& body = bodies_[id];
    body.left += bytes;
    body.is_last = is_last;
    body.trailers = std::move(trailers);
    nghttp2_session_resume_data(session_, id);
    send();
  }
  void reset(std::int32_t id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    send();
  }
  // Once the stream is closed.
  auto wait(std::int32_t id) -> Http2Answer& {
    while (!answers_[id].is_closed && step()) continue;
    return answers_[id];
  }
  // Once so much of the answer is there.
  auto wait_for_body(std::int32_t id, std::size_t size) -> std::string {
    while (answers_[id].body.size() < size && !answers_[id].is_closed && step()) continue;
    return answers_[id].body;
  }
  auto wait_for_head(std::int32_t id) -> Http2Answer& {
    while (answers_[id].status == 0 && answers_[id].interim == 0 && step()) continue;
    return answers_[id];
  }
  // Until the server closes; the error of its GOAWAY, -1 if there was none.
  auto wait_for_end() -> int {
    while (step()) continue;
    return goaway_;
  }
  auto wait_for_goaway() -> int {
    while (goaway_ < 0 && step()) continue;
    return goaway_;
  }
  auto socket() -> TcpSocket& { return socket_; }
  auto session() -> nghttp2_session* { return session_; }
  void send() {
    std::uint8_t const* bytes = nullptr;
    for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_, &bytes)) > 0;)
      socket_.send({reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size)});
  }

 private:
  struct Body {
    std::string left;
    bool is_last = false;
    Fields trailers{};
  };

  auto step() -> bool {
    auto const bytes = socket_.read_some();
    if (bytes.empty()) return false;
    nghttp2_session_mem_recv(session_, reinterpret_cast<std::uint8_t const*>(bytes.data()),
                             bytes.size());
    send();
    return true;
  }

  static auto to_nva(Fields const& fields) -> std::vector<nghttp2_nv> {
    auto nva = std::vector<nghttp2_nv>();
    auto const bytes = [](std::string const& text) {
      return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    for (auto const pseudo : {true, false})
      for (auto const& [name, value] : fields)
        if (name.starts_with(':') == pseudo)
          nva.push_back(
              {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    return nva;
  }
  static auto self(void* user) -> Http2Client& { return *static_cast<Http2Client*>(user); }
  static auto give_data(nghttp2_session* session, std::int32_t id, std::uint8_t* room,
                        std::size_t size, std::uint32_t* flags, nghttp2_data_source*, void* user)
      -> ssize_t {
    auto& body = self(user).bodies_[id];
    if (body.left.empty() && !body.is_last) return NGHTTP2_ERR_DEFERRED;
    auto const count = body.left.copy(reinterpret_cast<char*>(room), size);
    body.left.erase(0, count);
    if (!body.left.empty() || !body.is_last) return static_cast<ssize_t>(count);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!body.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      auto const nva = to_nva(body.trailers);
      nghttp2_submit_trailer(session, id, nva.data(), nva.size());
    }
    return static_cast<ssize_t>(count);
  }
  static auto on_header(nghttp2_session*, nghttp2_frame const* frame, std::uint8_t const* name,
                        std::size_t name_size, std::uint8_t const* value, std::size_t value_size,
                        std::uint8_t, void* user) -> int {
    auto& answer = self(user).answers_[frame->hd.stream_id];
    auto const field = Header{{reinterpret_cast<char const*>(name), name_size},
                              {reinterpret_cast<char const*>(value), value_size}};
    if (field.name != ":status") {
      answer.headers.add(field.name, field.value);
    } else if (field.value == "100") {
      answer.interim = 100;
    } else {
      answer.status = std::stoi(std::string(field.value));
    }
    return 0;
  }
  static auto on_data(nghttp2_session*, std::uint8_t, std::int32_t id, std::uint8_t const* bytes,
                      std::size_t size, void* user) -> int {
    self(user).answers_[id].body.append(reinterpret_cast<char const*>(bytes), size);
    return 0;
  }
  static auto on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) -> int {
    self(user).answers_[id].is_closed = true;
    self(user).answers_[id].error = error;
    return 0;
  }
  static auto on_frame(nghttp2_session*, nghttp2_frame const* frame, void* user) -> int {
    if (frame->hd.type == NGHTTP2_GOAWAY)
      self(user).goaway_ = static_cast<int>(frame->goaway.error_code);
    return 0;
  }

  TcpSocket socket_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Http2Answer> answers_;
  std::map<std::int32_t, Body> bodies_;
  int goaway_ = -1;
};

// A frame as it is on the wire. Source: RFC 9113, section 4.1.
struct Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload{};

  [[nodiscard]] auto bytes() const -> std::string {
    auto const size = payload.size();
    auto out = std::string();
    for (auto const part : {size >> 16, size >> 8, size}) out += static_cast<char>(part & 0xFF);
    out += static_cast<char>(type);
    out += static_cast<char>(flags);
    for (auto shift = 24; shift >= 0; shift -= 8)
      out += static_cast<char>((stream >> shift) & 0xFF);
    return out + payload;
  }
};

// GET / of authority "a", in HPACK's static table.
std::string_view inline constexpr kGetBlock =
    "\x82\x86\x84\x41\x01"
    "a";
std::string_view inline constexpr kPostBlock =
    "\x83\x86\x84\x41\x01"
    "a";
inline auto preface() -> std::string {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame{.type = NGHTTP2_SETTINGS}.bytes();
}
inline auto headers_frame(std::uint32_t stream, std::string_view block,
                          int flags = NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM)
    -> std::string {
  return Frame{NGHTTP2_HEADERS, static_cast<std::uint8_t>(flags), stream, std::string(block)}
      .bytes();
}
// 32 bits, as in RST_STREAM and WINDOW_UPDATE.
inline auto number(std::uint32_t value) -> std::string {
  auto out = std::string();
  for (auto shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xFF);
  return out;
}
// The next frame; type 255 at the end of the connection.
inline auto read_frame(TcpSocket& socket) -> Frame {
  auto const head = socket.read_bytes(9);
  if (head.size() < 9) return {.type = 255};
  auto const at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(head[i]));
  };
  return {static_cast<std::uint8_t>(at(3)), static_cast<std::uint8_t>(at(4)),
          at(5) << 24 | at(6) << 16 | at(7) << 8 | at(8),
          socket.read_bytes(at(0) << 16 | at(1) << 8 | at(2))};
}
// The next frame of that type and stream.
inline auto read_frame(TcpSocket& socket, std::uint8_t type, std::uint32_t stream) -> Frame {
  for (;;) {
    auto frame = read_frame(socket);
    if (frame.type == 255 || (frame.type == type && frame.stream == stream)) return frame;
  }
}
// The error in RST_STREAM or GOAWAY; -1 if it is neither.
inline auto error_in(Frame const& frame) -> int {
  auto const at = frame.type == NGHTTP2_GOAWAY ? 4U : 0U;
  auto const is_one = frame.type == NGHTTP2_GOAWAY || frame.type == NGHTTP2_RST_STREAM;
  return is_one && frame.payload.size() >= at + 4
             ? static_cast<unsigned char>(frame.payload[at + 3])
             : -1;
}

}  // namespace treadle::net
