#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "treadle/net/canonical_request.h"

namespace treadle::net {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kSignature = "chunk-signature=";

struct Chunk {
  std::string_view data;
  std::string_view signature;
};

// The chunk that `body` begins with, taken away.
auto take_chunk(std::string_view& body) -> std::optional<Chunk> {
  auto const end = body.find(kLineEnd);
  if (end == std::string_view::npos) return std::nullopt;
  auto const line = body.substr(0, end);
  body.remove_prefix(end + kLineEnd.size());
  auto const semicolon = line.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0) return std::nullopt;
  auto const extension = line.substr(semicolon + 1);
  if (!extension.starts_with(kSignature)) return std::nullopt;
  std::size_t size = 0;
  auto const [read, error] = std::from_chars(line.data(), line.data() + semicolon, size, 16);
  if (error != std::errc() || read != line.data() + semicolon || size > body.size())
    return std::nullopt;
  auto const chunk = Chunk{body.substr(0, size), extension.substr(kSignature.size())};
  body.remove_prefix(size);
  if (size == 0) return chunk;
  if (!body.starts_with(kLineEnd)) return std::nullopt;
  body.remove_prefix(kLineEnd.size());
  return chunk;
}

}  // namespace

auto has_signed_chunks(std::string_view body, ChunkSigning const& signing, std::string_view seed)
    -> bool {
  auto const nothing = to_hex(sha256(""));
  auto previous = std::string(seed);
  while (auto const chunk = take_chunk(body)) {
    auto const to_sign =
        fmt::format("AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{}\n{}", signing.amz_date,
                    signing.scope_text, previous, nothing, to_hex(sha256(chunk->data)));
    previous = to_hex(hmac_sha256(bytes_of(signing.key), to_sign));
    if (!constant_time_equal(previous, chunk->signature)) return false;
    if (chunk->data.empty()) return true;
  }
  return false;
}

}  // namespace treadle::net
