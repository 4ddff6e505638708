// A saga as a state machine in plain Amazon States Language.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/saga/definition.h"

namespace treadle::saga {

inline constexpr std::string_view kSagaFailed = "SagaFailed";
inline constexpr std::string_view kSagaCompensationFailed = "SagaCompensationFailed";
// The least seconds between the tries of a retry for ever: 25,000 events, three a try, then last for most of a year.
inline constexpr std::uint32_t kForeverDelaySeconds = 3'600;
// What the compiler takes: with jitter the tries last for more than two years.
inline constexpr std::uint32_t kUndoDelaySeconds = 21'600;
// The most retries that AWS accepts. Source: ASL specification, "Errors".
inline constexpr std::uint32_t kForeverAttempts = 99'999'999;

// The definition, indented, with a line feed at the end; the same bytes for the same saga. Its states say in their
// Comments what they undo (roles.h), so that it can be checked without the saga. An error is for the user: what of
// the saga can't be compiled, and where it stands.
[[nodiscard]] auto compile(Saga const& saga) -> Result<std::string, LiteralError>;

}  // namespace treadle::saga
