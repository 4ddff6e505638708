// Result<T>: a value or an Error, and TRY, which hands an Error on to the caller.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace treadle {

// A workflow's error as Amazon States Language knows it: a value that is journaled, matched by
// Retry and Catch, and shown in histories. `name` is spelled as AWS spells it (see error_names.h).
struct Error {
  std::string name;   // at most 256 characters on the outside, e.g. "States.Runtime"
  std::string cause;  // at most 32,768 characters on the outside; may be empty

  friend bool operator==(Error const&, Error const&) = default;
};

template <typename T, typename E = Error>
using Result = std::expected<T, E>;

[[nodiscard]] inline auto fail(std::string_view name, std::string cause) -> std::unexpected<Error> {
  return std::unexpected(Error{std::string(name), std::move(cause)});
}

namespace detail {
template <typename T, typename E>
auto take(std::expected<T, E>&& r) -> T {
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}
}  // namespace detail

// TRY(expr): the value of a Result, or return its error from the enclosing function.
#define TRY(...)                                                     \
  ({                                                                 \
    auto treadle_try_result = (__VA_ARGS__);                         \
    if (!treadle_try_result) [[unlikely]]                            \
      return std::unexpected(std::move(treadle_try_result).error()); \
    ::treadle::detail::take(std::move(treadle_try_result));          \
  })

}  // namespace treadle
