// Items as JSON, as strings and in messages.
// Source: docs.jsonata.org, $string; ECMA-262, JSON.stringify.
#include <cmath>
#include <span>

#include "treadle/base/limits.h"
#include "treadle/expr/jsonata/evaluator.h"
#include "treadle/expr/jsonata/number_text.h"
#include "treadle/expr/jsonata/write.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

constexpr std::size_t kShownMax = 200;  // bytes of a value in a message

auto keep(json::Arena& arena, json::Value value) -> json::Value const* {
  return new (arena.allocate(sizeof(json::Value), alignof(json::Value))) json::Value(value);
}

}  // namespace

// Lists and objects remember what they became: shared parts stay shared.
auto Evaluator::to_json(Item item, std::uint32_t depth) -> Eval<json::Value> {
  TRY(spend());
  if (depth > limits::kPayloadDepth)
    return fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  if (item.is_json()) return item.json();
  if (item.is_string()) return json::Value::string_view_of(item.string());
  if (item.is_number()) return json::make_number(arena_, TRY(check_number(item.number())));
  if (item.is_array()) {
    auto* const list = item.kind() == Item::Kind::kList ? item.list() : nullptr;
    if (list != nullptr && list->json != nullptr) return *list->json;
    auto const size = item.size();
    TRY(reserve(2 * size * sizeof(json::Value)));
    auto* const values = arena_.allocate_array<json::Value>(size);
    for (std::size_t i = 0; i < size; ++i) {
      auto const element = item.at(i);
      bool const is_value = element.is_defined() && !element.is_function();
      values[i] = is_value ? TRY(to_json(element, depth + 1)) : json::Value();
    }
    auto const value = json::make_array(arena_, std::span(values, size));
    if (list != nullptr) list->json = keep(arena_, value);
    return value;
  }
  if (!item.is_object()) return json::Value();
  auto* const object = item.object();
  if (object->json != nullptr) return *object->json;
  auto* const members = arena_.allocate_array<json::Member>(object->size);
  std::size_t size = 0;
  for (auto const& [key, value] : object->all())
    if (value.is_defined() && !value.is_function())
      members[size++] = {key, TRY(to_json(value, depth + 1))};
  auto const value =
      json::make_object(arena_, std::span(members, size), json::KeyStorage::kOutlives);
  object->json = keep(arena_, value);
  return value;
}

auto Evaluator::text(std::string_view text) -> Eval<Item> {
  TRY(reserve(text.size()));
  return Item::of(arena_.copy(text));
}

auto Evaluator::string_of(Item item) -> Eval<std::string_view> {
  if (item.is_string()) return item.string();
  auto out = std::string();
  TRY(write_json(*this, out, item, Layout::kCompact));
  return TRY(text(out)).string();
}

auto Evaluator::shown(Item item) -> std::string {
  if (!item.is_defined()) return "undefined";
  if (item.is_number()) return number_text(item.number());
  auto const before = failure_;
  auto out = std::string();
  if (item.is_string())
    json::append_string(out, item.string());
  else if (!write_json(*this, out, item, Layout::kCompact))
    failure_ = before;
  if (out.size() > kShownMax) {
    auto end = kShownMax;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
    out.resize(end);
    out += "...";
  }
  return out;
}

}  // namespace treadle::expr::jsonata
