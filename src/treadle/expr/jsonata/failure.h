// Why a JSONata expression gave no value.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace treadle::expr::jsonata {

// In the words of the reference implementation, as Step Functions shows them in causes.
struct Failure {
  std::string code;     // e.g. "T1006"
  std::string message;  // e.g. "Attempted to invoke a non-function"

  friend auto operator==(Failure const&, Failure const&) -> bool = default;
};

[[nodiscard]] inline auto failure(std::string_view code, std::string message)
    -> std::unexpected<Failure> {
  return std::unexpected(Failure{std::string(code), std::move(message)});
}

}  // namespace treadle::expr::jsonata
