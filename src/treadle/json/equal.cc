#include <algorithm>
#include <vector>

#include "treadle/json/build.h"
#include "treadle/json/number.h"
#include "treadle/json/small_stack.h"
#include "treadle/json/value.h"

namespace treadle::json {

namespace {

// Objects of up to this many members are searched, larger ones sorted.
constexpr std::size_t kSearchedMax = 16;

struct Pair {
  Value a;
  Value b;
};
using Pairs = SmallStack<Pair, 32>;  // that must be equal, too

auto same_number(std::string_view a, std::string_view b) -> bool {
  return a == b || Decimal(a) == Decimal(b);
}

auto sorted(std::span<Member const> members) -> std::vector<Member const*> {
  std::vector<Member const*> order;
  order.reserve(members.size());
  for (auto const& member : members) order.push_back(&member);
  std::ranges::sort(order, {}, [](Member const* m) { return m->key; });
  return order;
}

auto match_sorted(std::span<Member const> a, std::span<Member const> b, Pairs& pairs) -> bool {
  auto const in_a = sorted(a);
  auto const in_b = sorted(b);
  for (std::size_t i = 0; i < in_a.size(); ++i) {
    if (in_a[i]->key != in_b[i]->key) return false;
    pairs.push({in_a[i]->value, in_b[i]->value});
  }
  return true;
}

auto match_searched(std::span<Member const> a, Value b, Pairs& pairs) -> bool {
  for (auto const& member : a) {
    auto const* const found = b.find(member.key);
    if (found == nullptr) return false;
    pairs.push({member.value, *found});
  }
  return true;
}

auto match_members(Value a, Value b, Pairs& pairs) -> bool {
  auto const in_a = a.members();
  auto const in_b = b.members();
  if (std::ranges::equal(in_a, in_b, {}, &Member::key, &Member::key)) {
    for (std::size_t i = 0; i < in_a.size(); ++i) pairs.push({in_a[i].value, in_b[i].value});
    return true;
  }
  return in_a.size() <= kSearchedMax ? match_searched(in_a, b, pairs)
                                     : match_sorted(in_a, in_b, pairs);
}

// Whether the two are equal, provided that everything added to `pairs` is.
auto match(Pair const& pair, Pairs& pairs) -> bool {
  auto const [a, b] = pair;
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  switch (a.kind()) {
    case Kind::kNull: return true;
    case Kind::kBool: return a.as_bool() == b.as_bool();
    case Kind::kNumber: return same_number(a.number_text(), b.number_text());
    case Kind::kString: return a.as_string() == b.as_string();
    case Kind::kArray:
      if (&Builder::node(a) == &Builder::node(b)) return true;
      for (std::size_t i = 0; i < a.size(); ++i) pairs.push({a.elements()[i], b.elements()[i]});
      return true;
    case Kind::kObject: return &Builder::node(a) == &Builder::node(b) || match_members(a, b, pairs);
  }
  __builtin_unreachable();
}

}  // namespace

auto equal(Value a, Value b) -> bool {
  Pairs pairs;
  pairs.push({a, b});
  while (!pairs.empty()) {
    auto const pair = pairs.back();
    pairs.pop();
    if (!match(pair, pairs)) return false;
  }
  return true;
}

}  // namespace treadle::json
