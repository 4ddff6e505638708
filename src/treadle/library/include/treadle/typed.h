// Functions over structs instead of JSON.
//
//   struct Order { std::string id; double amount = 0; std::vector<std::string> items; };
//   constexpr auto json_fields(Order const*) {
//     return std::tuple(treadle::field("id", &Order::id), treadle::field("amount", &Order::amount),
//                       treadle::field("items", &Order::items));
//   }
//   engine.bind("total", treadle::typed([](Order const& order) -> std::expected<Total, TaskError> {...}));
//
// A member is a bool, a number, a std::string, a JsonView, a struct with json_fields(), or a
// std::optional or std::vector of those. Read: members that JSON has and the struct lacks are left
// alone; one that is missing or null leaves the struct's own value, but for a kind that does not fit
// the task fails with Function.InvalidInput, which names the place. Written: an optional without a
// value is left out.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <treadle/task.h>

namespace treadle {

template <typename T, typename M>
struct Field {
  std::string_view name;
  M T::* member;
};
template <typename T, typename M>
[[nodiscard]] constexpr auto field(std::string_view name, M T::* member) -> Field<T, M> {
  return {name, member};
}

template <typename T>
concept HasJsonFields = requires(T const* value) { json_fields(value); };

namespace library {

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;

// The place of what does not fit ("items/2: a string is wanted"), or empty.
template <typename T>
auto read(JsonView from, T& to) -> std::string;

template <typename T>
auto read_object(JsonView from, T& to) -> std::string {
  if (from.kind() != JsonKind::kObject) return ": an object is wanted";
  std::string wrong;
  auto const one = [&](auto const& f) {
    auto const found = wrong.empty() ? from.find(f.name) : std::nullopt;
    if (!found || found->is_null()) return;
    if (auto inner = read(*found, to.*f.member); !inner.empty())
      wrong = "/" + std::string(f.name) + inner;
  };
  std::apply([&](auto const&... f) { (one(f), ...); }, json_fields(static_cast<T const*>(nullptr)));
  return wrong;
}

template <typename T>
auto read_array(JsonView from, T& to) -> std::string {
  if (from.kind() != JsonKind::kArray) return ": an array is wanted";
  to.clear();
  for (std::size_t i = 0; i < from.size(); ++i)
    if (auto inner = read(from[i], to.emplace_back()); !inner.empty())
      return "/" + std::to_string(i) + inner;
  return {};
}

template <typename T>
auto read(JsonView from, T& to) -> std::string {
  if constexpr (std::is_same_v<T, JsonView>) {
    to = from;
  } else if constexpr (kIsOptional<T>) {
    if (from.is_null()) return {};
    return read(from, to.emplace());
  } else if constexpr (kIsVector<T>) {
    return read_array(from, to);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!from.boolean()) return ": true or false is wanted";
    to = *from.boolean();
  } else if constexpr (std::is_integral_v<T>) {
    auto const number = from.integer();
    if (!number || !std::in_range<T>(*number)) return ": an integer in range is wanted";
    to = static_cast<T>(*number);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!from.number()) return ": a number is wanted";
    to = static_cast<T>(*from.number());
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!from.string()) return ": a string is wanted";
    to = *from.string();
  } else {
    static_assert(HasJsonFields<T>, "a struct needs json_fields()");
    return read_object(from, to);
  }
  return {};
}

template <typename T>
auto write(JsonMemory& memory, T const& from) -> JsonView {
  if constexpr (std::is_same_v<T, JsonView>) {
    return from;
  } else if constexpr (kIsOptional<T>) {
    return from ? write(memory, *from) : JsonView();
  } else if constexpr (kIsVector<T>) {
    std::vector<JsonItem> items;
    items.reserve(from.size());
    for (auto const& item : from) items.emplace_back(write(memory, item));
    return memory.array(items);
  } else if constexpr (HasJsonFields<T>) {
    std::vector<JsonField> fields;
    auto const one = [&](auto const& f) {
      if constexpr (kIsOptional<std::remove_cvref_t<decltype(from.*f.member)>>)
        if (!(from.*f.member)) return;
      fields.push_back({f.name, write(memory, from.*f.member)});
    };
    std::apply([&](auto const&... f) { (one(f), ...); },
               json_fields(static_cast<T const*>(nullptr)));
    return memory.object(fields);
  } else {
    return memory.value(from);
  }
}

template <typename F>
struct Argument;
template <typename R, typename C, typename A>
struct Argument<R (C::*)(A) const> {
  using type = std::remove_cvref_t<A>;
};

}  // namespace library

// `function` takes one struct and gives std::expected<ANOTHER, TaskError>. It is no generic lambda.
template <typename F>
[[nodiscard]] auto typed(F function) -> Function {
  using Input = typename library::Argument<decltype(&F::operator())>::type;
  return [function = std::move(function)](Task& task) -> TaskResult {
    Input input;
    if (auto wrong = library::read(task.input(), input); !wrong.empty())
      return std::unexpected(TaskError{"Function.InvalidInput", "The input" + wrong});
    auto answer = function(input);
    if (!answer) return std::unexpected(std::move(answer).error());
    return library::write(task.memory(), *answer);
  };
}

}  // namespace treadle
