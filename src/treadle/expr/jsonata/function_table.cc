#include <algorithm>
#include <array>
#include <optional>

#include "treadle/expr/jsonata/builtin_names.h"
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata {
namespace {

using namespace functions;  // the table's right column

// Sorted by name.
constexpr auto kBuiltins = std::to_array<Builtin>({
    {"abs", "<n-:n>", 1, abs},
    {"append", "<xx:a>", 2, append},
    {"assert", "<bs?:x>", 2, assertion},
    {"average", "<a<n>:n>", 1, average},
    {"base64decode", "<s-:s>", 1, base64_decode},
    {"base64encode", "<s-:s>", 1, base64_encode},
    {"boolean", "<x-:b>", 1, boolean},
    {"ceil", "<n-:n>", 1, ceil},
    {"clone", "<(oa)-:o>", 1, clone},
    {"contains", "<s-(sf):b>", 2, contains},
    {"count", "<a:n>", 1, count},
    {"decodeUrl", "<s-:s>", 1, decode_url},
    {"decodeUrlComponent", "<s-:s>", 1, decode_url_component},
    {"distinct", "<x:x>", 1, distinct},
    {"each", "<o-f:a>", 2, each},
    {"encodeUrl", "<s-:s>", 1, encode_url},
    {"encodeUrlComponent", "<s-:s>", 1, encode_url_component},
    {"error", "<s?:x>", 1, error},
    {"eval", "<sx?:x>", 2, eval},
    {"exists", "<x:b>", 1, exists},
    {"filter", "<af>", 2, filter},
    {"floor", "<n-:n>", 1, floor},
    {"formatBase", "<n-n?:s>", 2, format_base},
    {"formatInteger", "<n-s:s>", 2, format_integer},
    {"formatNumber", "<n-so?:s>", 3, format_number},
    {"fromMillis", "<n-s?s?:s>", 3, from_millis},
    {"join", "<a<s>s?:s>", 2, join},
    {"keys", "<x-:a<s>>", 1, keys},
    {"length", "<s-:n>", 1, length},
    {"lookup", "<x-s:x>", 2, lookup},
    {"lowercase", "<s-:s>", 1, lowercase},
    {"map", "<af>", 2, map},
    {"match", "<s-f<s:o>n?:a<o>>", 3, match},
    {"max", "<a<n>:n>", 1, max},
    {"merge", "<a<o>:o>", 1, merge},
    {"millis", "<:n>", 0, millis},
    {"min", "<a<n>:n>", 1, min},
    {"not", "<x-:b>", 1, negation},
    {"now", "<s?s?:s>", 2, now},
    {"number", "<(nsb)-:n>", 1, number},
    {"pad", "<s-ns?:s>", 3, pad},
    {"parseInteger", "<s-s:n>", 2, parse_integer},
    {"power", "<n-n:n>", 2, power},
    {"random", "<:n>", 0, draw_unit},
    {"reduce", "<afj?:j>", 3, reduce},
    {"replace", "<s-(sf)(sf)n?:s>", 4, replace},
    {"reverse", "<a:a>", 1, reverse},
    {"round", "<n-n?:n>", 2, round},
    {"shuffle", "<a:a>", 1, shuffle},
    {"sift", "<o-f?:o>", 2, sift},
    {"single", "<af?>", 2, single},
    {"sort", "<af?:a>", 2, sort},
    {"split", "<s-(sf)n?:a<s>>", 3, split},
    {"spread", "<x-:a<o>>", 1, spread},
    {"sqrt", "<n-:n>", 1, sqrt},
    {"string", "<x-b?:s>", 1, string},
    {"substring", "<s-nn?:s>", 3, substring},
    {"substringAfter", "<s-s:s>", 2, substring_after},
    {"substringBefore", "<s-s:s>", 2, substring_before},
    {"sum", "<a<n>:n>", 1, sum},
    {"toMillis", "<s-s?:n>", 2, to_millis},
    {"trim", "<s-:s>", 1, trim},
    {"type", "<x:s>", 1, type},
    {"uppercase", "<s-:s>", 1, uppercase},
    {"zip", "<a+>", 0, zip},
});

// What Step Functions has besides, or instead.
constexpr auto kStatesBuiltins = std::to_array<Builtin>({
    {"hash", "<s-s:s>", 2, hash},
    {"parse", "<s-:x>", 1, parse},
    {"partition", "<an:a<a>>", 2, partition},
    {"random", "<n?:n>", 1, draw_seeded},
    {"range", "<nnn:a<n>>", 3, range},
    {"uuid", "<:s>", 0, uuid},
});

static_assert(std::ranges::is_sorted(kBuiltins, {}, &Builtin::name));
static_assert(std::ranges::is_sorted(kStatesBuiltins, {}, &Builtin::name));

template <std::size_t kSize>
auto find(std::array<Builtin, kSize> const& table, std::string_view name) -> Builtin const* {
  auto const* const found = std::ranges::lower_bound(table, name, {}, &Builtin::name);
  return found == table.end() || found->name != name ? nullptr : found;
}

// The functions of a table, with their signatures parsed; those are right, or the first start would
// tell.
template <std::size_t kSize>
class FunctionsOf {
 public:
  explicit FunctionsOf(std::array<Builtin, kSize> const& table) : table_(table) {
    for (std::size_t i = 0; i < kSize; ++i) {
      auto signature = Signature::parse(table[i].signature);
      TREADLE_ASSERT(signature);
      signatures_[i] = *std::move(signature);
      functions_[i] = {
          .kind = Function::Kind::kBuiltin, .builtin = &table[i], .signature = &signatures_[i]};
    }
  }
  FunctionsOf(FunctionsOf const&) = delete;
  auto operator=(FunctionsOf const&) -> FunctionsOf& = delete;

  [[nodiscard]] auto find(Builtin const& builtin) const -> Function const* {
    bool const is_mine = &builtin >= table_.data() && &builtin < table_.data() + kSize;
    return is_mine ? &functions_[static_cast<std::size_t>(&builtin - table_.data())] : nullptr;
  }

 private:
  std::array<Builtin, kSize> const& table_;
  std::array<Signature, kSize> signatures_;
  std::array<Function, kSize> functions_;
};

}  // namespace

auto find_builtin(std::string_view name, Dialect dialect) -> Builtin const* {
  if (dialect == Dialect::kStepFunctions) {
    if (name == "eval") return nullptr;
    if (auto const* found = find(kStatesBuiltins, name)) return found;
  }
  return find(kBuiltins, name);
}

auto builtin_names(Dialect dialect) -> std::vector<std::string_view> {
  std::vector<std::string_view> names;
  for (auto const& builtin : kBuiltins)
    if (find_builtin(builtin.name, dialect) != nullptr) names.push_back(builtin.name);
  if (dialect == Dialect::kStepFunctions)
    for (auto const& builtin : kStatesBuiltins) names.push_back(builtin.name);
  std::ranges::sort(names);
  auto const repeats = std::ranges::unique(names);
  names.erase(repeats.begin(), repeats.end());
  return names;
}

auto function_of(Builtin const& builtin) -> Function const* {
  static auto const functions = FunctionsOf(kBuiltins);
  static auto const states_functions = FunctionsOf(kStatesBuiltins);
  auto const* const common = functions.find(builtin);
  return common != nullptr ? common : states_functions.find(builtin);
}

}  // namespace treadle::expr::jsonata
