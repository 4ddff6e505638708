#include "treadle/integrations/optimized/address_rules.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <utility>

namespace treadle::integrations::optimized {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr unsigned kMappedBits = 96;  // ::ffff:0:0/96

// Not of the public internet.
constexpr std::string_view kSpecial[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
    "2001::/23",     "2001:db8::/32",   "3fff::/20",
};
constexpr std::string_view kLink[] = {"169.254.0.0/16", "fe80::/10", "fd00:ec2::/32"};
// All of IPv6 that has been given out to the public internet.
constexpr std::string_view kGlobal[] = {"::ffff:0:0/96", "2000::/3"};

auto parse_address(std::string_view text) -> std::optional<Bytes> {
  std::string const copy(text.substr(0, text.find('%')));  // without a zone
  Bytes bytes{};
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
  bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (inet_pton(AF_INET, copy.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

auto contains(AddressRange const& range, Bytes const& address) -> bool {
  auto const whole = range.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, range.bytes.begin())) return false;
  auto const rest = range.bits % 8;
  if (rest == 0) return true;
  auto const mask = static_cast<std::uint8_t>(0xFFU << (8 - rest));
  return (address[whole] & mask) == (range.bytes[whole] & mask);
}

auto embedded_at(Bytes const& address, std::size_t offset) -> Bytes {
  Bytes out{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(offset), 4, out.begin() + 12);
  return out;
}

// The IPv4 address that an address of NAT64 or 6to4 leads to; else the address itself.
auto really(Bytes const& address) -> Bytes {
  static auto const nat64 = *parse_address_range("64:ff9b::/96");
  static auto const six_to_four = *parse_address_range("2002::/16");
  if (contains(nat64, address)) return embedded_at(address, 12);
  if (contains(six_to_four, address)) return embedded_at(address, 2);
  return address;
}

auto parsed(std::span<std::string_view const> texts) -> std::vector<AddressRange> {
  std::vector<AddressRange> out;
  for (auto const text : texts) out.push_back(*parse_address_range(text));
  return out;
}

auto is_in_any(std::vector<AddressRange> const& ranges, Bytes const& address) -> bool {
  return std::ranges::any_of(ranges,
                             [&](AddressRange const& range) { return contains(range, address); });
}

}  // namespace

auto parse_address_range(std::string_view text) -> std::optional<AddressRange> {
  auto const slash = text.find('/');
  auto const address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  AddressRange range{.bytes = *address};
  if (slash == std::string_view::npos) return range;
  bool const is_v4 = !text.contains(':');
  auto const digits = text.substr(slash + 1);
  unsigned bits = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > (is_v4 ? 32U : 128U))
    return std::nullopt;
  range.bits = bits + (is_v4 ? kMappedBits : 0);
  return range;
}

auto is_public_address(std::string_view address) -> bool {
  static auto const global = parsed(kGlobal);
  static auto const special = parsed(kSpecial);
  auto const bytes = parse_address(address);
  return bytes && is_in_any(global, really(*bytes)) && !is_in_any(special, really(*bytes));
}

auto is_link_local(std::string_view address) -> bool {
  static auto const link = parsed(kLink);
  auto const bytes = parse_address(address);
  return bytes && is_in_any(link, really(*bytes));
}

auto is_in(std::string_view address, std::vector<AddressRange> const& ranges) -> bool {
  auto const bytes = parse_address(address);
  return bytes && is_in_any(ranges, *bytes);
}

auto guarded_client_options(std::vector<std::string> const& allowed, std::string const& ca_file)
    -> net::HttpClientOptions {
  std::vector<AddressRange> ranges;
  for (auto const& text : allowed)
    if (auto const range = parse_address_range(text)) ranges.push_back(*range);
  net::HttpClientOptions options;
  options.connections_per_target_max = 100;
  options.ca_file = ca_file;
  options.allow_address = [ranges = std::move(ranges)](std::string_view address) {
    return is_public_address(address) || is_in(address, ranges);
  };
  return options;
}

}  // namespace treadle::integrations::optimized
