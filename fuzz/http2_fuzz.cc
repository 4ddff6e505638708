// Whatever a client sends after the preface: the session keeps its rules, its requests are as strict as
// those of HTTP/1.1, and what it holds stays small.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/assert.h"
#include "treadle/net/http2_session.h"
#include "treadle/net/http_head.h"

namespace {

using namespace treadle::net;

auto constexpr kOutputMax = std::size_t{8} << 20;

class Echo : public StreamReceiver {
 public:
  explicit Echo(ServerSession*& session, std::uint64_t exchange)
      : session_(session), exchange_(exchange) {
    session_->stream_start(exchange_, {});
  }
  void on_body(std::string_view piece) override {
    TREADLE_ASSERT(!is_over_);
    if (session_->stream_write(exchange_, piece, 0) == Room::kNone)
      session_->stream_set_flow(exchange_, StreamSink::Flow::kPaused);
  }
  void on_drained() override {
    TREADLE_ASSERT(!is_over_);
    session_->stream_set_flow(exchange_, StreamSink::Flow::kFlowing);
  }
  void on_body_end() override {
    TREADLE_ASSERT(!is_over_);
    is_over_ = true;
    session_->stream_end(exchange_, StreamSink::End::kWhole);
  }
  void on_cancel(RequestError const&) override {
    TREADLE_ASSERT(!is_over_);
    is_over_ = true;
  }
  [[nodiscard]] auto is_working() const -> bool override { return false; }

 private:
  ServerSession*& session_;
  std::uint64_t exchange_;
  bool is_over_ = false;
};

void check(Request const& request) {
  TREADLE_ASSERT(request.target == "*" || request.target.starts_with('/'));
  TREADLE_ASSERT(is_method(request.method) && request.headers.count("Host") == 1);
  for (auto const& field : request.headers)
    TREADLE_ASSERT(is_token(field.name) && is_field_value(field.value));
}

}  // namespace

// The first bytes choose the pieces, and in which of them time passes and the client reads.
extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  auto input = std::string_view(reinterpret_cast<char const*>(data), size);
  auto const sizes = input.substr(0, 4);
  if (sizes.empty()) return 0;
  input.remove_prefix(sizes.size());
  auto const options = HttpServerOptions{
      .head_bytes_max = 512,
      .headers_max = 8,
      .body_bytes_max = 256,
      .streams = {.claims = [](Request const& head) { return head.method == "POST"; }},
      .h2_streams_max = 4};
  ServerSession* session = nullptr;
  auto handlers =
      SessionHandlers{.request =
                          [&](Request&& request, std::uint64_t exchange) {
                            check(request);
                            session->answer(exchange, {.body = std::move(request.body)});
                          },
                      .stream =
                          [&](Request&& head, std::uint64_t exchange) {
                            check(head);
                            return std::make_shared<Echo>(session, exchange);
                          }};
  auto time = SteadyTime();
  auto const owned = make_http2_session(options, std::move(handlers), time);
  session = owned.get();
  auto taken = std::size_t{0};
  session->feed(kHttp2Preface);
  for (auto turn = std::size_t{0}; !input.empty() && !session->is_over(); ++turn) {
    auto const choice = static_cast<unsigned char>(sizes[turn % sizes.size()]);
    auto const piece = input.substr(0, 1 + choice % 64);
    input.remove_prefix(piece.size());
    time += std::chrono::milliseconds(choice);
    session->tell_time(time);
    session->feed(piece);
    if (choice >= 192) continue;  // it does not read now
    taken += session->output().size();
    session->output().clear();
    session->written();
    if (auto const due = session->deadline(); due && *due <= time) {
      if (session->expire() == ServerSession::Expired::kClose) break;
    }
  }
  TREADLE_ASSERT(taken + session->output().size() < kOutputMax);
  session->lost();
  return 0;
}
