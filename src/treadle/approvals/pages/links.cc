#include "treadle/approvals/pages/links.h"

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::size_t kIdChars = 45;
constexpr std::size_t kMacBytes = 24;
constexpr std::size_t kHeadBytes = 5;  // the key's number, the expiry in seconds
constexpr std::size_t kLinkCharsMax = 100;

auto mac_of(LinkKeys const& keys, LinkText const& link, std::string_view recipient) -> std::string {
  auto const key =
      hmac_sha256(keys.secret, fmt::format("treadle approval links, key {}", link.key));
  auto const seconds =
      std::chrono::duration_cast<std::chrono::seconds>(link.expires_at.time_since_epoch());
  // No part but the last can hold a line feed.
  auto const mac = hmac_sha256(bytes_of(key), fmt::format("{}\ndecide\n{}\n{}", link.approval_id,
                                                          seconds.count(), recipient));
  return std::string(bytes_of(mac).substr(0, kMacBytes));
}

}  // namespace

auto make_link(LinkKeys const& keys, LinkTarget const& target) -> std::string {
  TREADLE_ASSERT(target.approval_id.size() == kIdChars);
  LinkText link{.approval_id = target.approval_id,
                .expires_at = std::chrono::floor<std::chrono::seconds>(target.expires_at),
                .key = keys.current,
                .mac = {}};
  auto const seconds = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(link.expires_at.time_since_epoch()).count());
  std::string bytes(1, static_cast<char>(link.key));
  for (unsigned shift = 24; shift <= 24; shift -= 8)
    bytes += static_cast<char>(static_cast<std::uint8_t>(seconds >> shift));
  bytes += mac_of(keys, link, target.recipient);
  auto text = link.approval_id + "." + base64_encode(bytes, Base64::kUrlSafe);
  TREADLE_ASSERT(text.size() <= kLinkCharsMax);
  return text;
}

auto read_link(std::string_view text) -> std::optional<LinkText> {
  if (text.size() > kLinkCharsMax || text.size() <= kIdChars || text[kIdChars] != '.')
    return std::nullopt;
  auto const bytes = base64_decode(text.substr(kIdChars + 1), Base64::kUrlSafe);
  if (!bytes || bytes->size() != kHeadBytes + kMacBytes) return std::nullopt;
  std::uint32_t seconds = 0;
  for (std::size_t i = 1; i < kHeadBytes; ++i)
    seconds = seconds << 8U | static_cast<std::uint8_t>((*bytes)[i]);
  return LinkText{.approval_id = std::string(text.substr(0, kIdChars)),
                  .expires_at = Timestamp(std::chrono::seconds(seconds)),
                  .key = static_cast<std::uint8_t>((*bytes)[0]),
                  .mac = bytes->substr(kHeadBytes)};
}

auto is_for(LinkKeys const& keys, LinkText const& link, std::string_view recipient) -> bool {
  bool const is_same = constant_time_equal(mac_of(keys, link, recipient), link.mac);
  return is_same && link.key >= keys.oldest && link.key <= keys.current;
}

}  // namespace treadle::approvals::pages
