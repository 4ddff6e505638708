#include "treadle/approvals/pages/cookies.h"

#include <algorithm>

#include "treadle/base/base64.h"

namespace treadle::approvals::pages {

auto cookies_named(net::Headers const& headers, std::string_view name)
    -> std::vector<std::string_view> {
  std::vector<std::string_view> out;
  for (auto const& field : headers) {
    if (!net::equals_ignoring_case(field.name, "cookie")) continue;
    auto rest = field.value;
    while (!rest.empty()) {
      auto pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      auto const equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name)
        out.push_back(pair.substr(equals + 1));
    }
  }
  return out;
}

auto draw_token(Random& random) -> std::string {
  std::string bytes;
  for (int half = 0; half < 2; ++half) {
    auto const word = random.next_u64();
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes += static_cast<char>(static_cast<std::uint8_t>(word >> shift));
  }
  return base64_encode(bytes, Base64::kUrlSafe);
}

}  // namespace treadle::approvals::pages
