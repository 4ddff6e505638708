// One HTTP/1.1 connection seen from the server, without its socket: bytes in, requests out, answers
// in, bytes out. Keeps answers in the order of their requests and knows when the connection is
// over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/net/http_message.h"
#include "treadle/net/http_parser.h"
#include "treadle/net/http_server.h"
#include "treadle/net/http_writer.h"

namespace treadle::net {

class Http1Session {
 public:
  using OnRequest = std::function<void(Request&&, std::uint64_t exchange)>;
  enum class Reading : std::uint8_t {
    kIdle,  // between requests
    kHead,
    kBody,
    kEnded,  // no further request will be read
  };

  // Both must outlive it. `on_request` may call answer() at once.
  Http1Session(HttpServerOptions const& options, OnRequest on_request);

  // Takes bytes and hands on the requests in them; returns how many it took: fewer than all while
  // pipelined_max requests are unanswered (offer the rest again after an answer), all once reading
  // has ended.
  auto feed(std::string_view bytes) -> std::size_t;
  void answer(std::uint64_t exchange, Response const& response);
  // The client has closed its side. What it asked is answered; what it began to ask is dropped.
  void end_of_input();
  // Refuses the request that is being read; nothing after it is read.
  void refuse(RequestError error);
  // Ends after the request that is being read and those before it; at once if there is none.
  void drain();

  [[nodiscard]] auto reading() const -> Reading;
  [[nodiscard]] auto body_bytes_read() const -> std::size_t { return parser_.body_bytes_read(); }
  [[nodiscard]] auto unanswered() const -> std::size_t { return exchanges_.size(); }
  // Requests handed on so far.
  [[nodiscard]] auto requests() const -> std::uint64_t { return requests_; }
  [[nodiscard]] auto accepts_input() const -> bool;
  // Nothing more will be put into output().
  [[nodiscard]] auto is_over() const -> bool { return ended_ && exchanges_.empty(); }
  // Bytes for the client; the caller takes them out.
  [[nodiscard]] auto output() -> std::string& { return output_; }

 private:
  struct Exchange {
    ResponseFrame frame;
    std::optional<std::string> ready;  // the answer, as long as it may not go out
  };

  void take_request();
  void release_ready();
  void after_release(AfterResponse after);
  void offer_continue();

  HttpServerOptions const& options_;
  OnRequest on_request_;
  RequestParser parser_;
  std::vector<Exchange> exchanges_;  // unanswered, oldest first
  std::uint64_t first_exchange_ = 0;
  std::uint64_t requests_ = 0;
  std::string output_;
  bool ended_ = false;
  bool draining_ = false;
  bool continue_sent_ = false;
};

}  // namespace treadle::net
