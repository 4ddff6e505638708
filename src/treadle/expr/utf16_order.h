// UTF-8 (or WTF-8) texts ordered as the UTF-16 strings of Java and JavaScript are.
#pragma once

#include <compare>
#include <cstddef>
#include <string_view>

namespace treadle::expr {

// The order of UTF-16 code units. It differs from that of the bytes only where a surrogate pair
// (lead byte F0 or more) meets U+E000..U+FFFF (lead byte EE or EF): the pair comes first.
inline auto compare_utf16(std::string_view a, std::string_view b) -> std::strong_ordering {
  auto const common = a.size() < b.size() ? a.size() : b.size();
  std::size_t at = 0;
  while (at < common && a[at] == b[at]) ++at;
  if (at == common) return a.size() <=> b.size();
  auto const left = static_cast<unsigned char>(a[at]);
  auto const right = static_cast<unsigned char>(b[at]);
  auto const crosses = left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0);
  return crosses ? right <=> left : left <=> right;
}

}  // namespace treadle::expr
