#include "treadle/json/duplicates.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace treadle::json {

namespace {

// Objects of up to this many members are compared pair by pair.
constexpr std::size_t kPairedMax = 16;

// The same as ==, but seldom calls anything.
auto same(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && (a.empty() || (a.back() == b.back() && a == b));
}

auto first_duplicate_paired(std::span<Member const> members) -> std::size_t {
  for (std::size_t i = 1; i < members.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (same(members[i].key, members[j].key)) return i;
    }
  }
  return members.size();
}

// The members' indexes, those of one key side by side and in order.
auto grouped(std::span<Member const> members) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    auto const& x = members[a].key;
    auto const& y = members[b].key;
    if (x.size() != y.size()) return x.size() < y.size();
    auto const order_of_keys = x.compare(y);
    return order_of_keys != 0 ? order_of_keys < 0 : a < b;
  });
  return order;
}

}  // namespace

auto first_duplicate(std::span<Member const> members) -> std::size_t {
  if (members.size() <= kPairedMax) return first_duplicate_paired(members);
  auto const order = grouped(members);
  auto first = members.size();
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (members[order[i - 1]].key == members[order[i]].key)
      first = std::min<std::size_t>(first, order[i]);
  }
  return first;
}

auto keep_last(std::span<Member> members) -> std::size_t {
  auto const order = grouped(members);
  std::vector<bool> dropped(members.size());
  for (std::size_t begin = 0; begin < order.size();) {
    auto end = begin + 1;
    while (end < order.size() && members[order[end]].key == members[order[begin]].key) ++end;
    members[order[begin]].value = members[order[end - 1]].value;
    for (auto i = begin + 1; i < end; ++i) dropped[order[i]] = true;
    begin = end;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!dropped[i]) members[kept++] = members[i];
  }
  return kept;
}

}  // namespace treadle::json
