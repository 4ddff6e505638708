// A request stream, fed in pieces that the first bytes choose, must come out as when it is fed
// whole.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/net/http_parser.h"

namespace {

using namespace treadle::net;

struct Outcome {
  std::vector<std::string> requests;
  RequestParser::State state{};
  RequestError error;
  friend auto operator==(Outcome const&, Outcome const&) -> bool = default;
};

// Piece sizes are taken from `sizes` in turn; none means all at once.
auto parse(std::string_view stream, std::string_view sizes) -> Outcome {
  auto parser = RequestParser({.bytes_max = 512, .fields_max = 8}, 256);
  auto outcome = Outcome{};
  for (auto turn = std::size_t{0}; !stream.empty(); ++turn) {
    auto const size = sizes.empty()
                          ? stream.size()
                          : 1 + static_cast<unsigned char>(sizes[turn % sizes.size()]) % 64;
    auto piece = stream.substr(0, size);
    stream.remove_prefix(piece.size());
    while (!piece.empty() && parser.state() != RequestParser::State::kFailed) {
      piece.remove_prefix(parser.feed(piece));
      if (parser.state() != RequestParser::State::kComplete) continue;
      auto text = std::string(parser.keep_alive() ? "keep " : "close ");
      auto const request = parser.take();
      TREADLE_ASSERT(request.target == "*" || request.target.starts_with('/'));
      TREADLE_ASSERT(request.headers.count("Content-Length") +
                         request.headers.count("Transfer-Encoding") <=
                     1);
      text += request.method + ' ' + request.target + '\n';
      for (auto const& field : request.headers) {
        TREADLE_ASSERT(is_token(field.name) && is_field_value(field.value));
        text.append(field.name).append(":").append(field.value).append("\n");
      }
      outcome.requests.push_back(text + request.body);
    }
  }
  outcome.state = parser.state();
  if (outcome.state == RequestParser::State::kFailed) outcome.error = parser.error();
  return outcome;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  auto const input = std::string_view(reinterpret_cast<char const*>(data), size);
  auto const sizes = input.substr(0, 4);
  auto const stream = input.substr(sizes.size());
  TREADLE_ASSERT(parse(stream, sizes) == parse(stream, {}));
  return 0;
}
