// Sizes and counts at which treadle says no. AWS's figure where AWS has one.
// Source: Step Functions Developer Guide, "Quotas"; API reference.
#pragma once

#include <cstddef>
#include <cstdint>

namespace treadle::limits {

inline constexpr std::size_t kPayloadBytes =
    262'144;  // input or output of a task, state, execution
inline constexpr std::size_t kDefinitionBytes = 1'048'576;
inline constexpr std::size_t kRequestBytes = 1'048'576 + 65'536;
inline constexpr std::uint32_t kHistoryEvents = 25'000;
inline constexpr std::size_t kNameChars = 80;
inline constexpr std::size_t kArnChars = 256;
inline constexpr std::size_t kErrorChars = 256;
inline constexpr std::size_t kCauseChars = 32'768;
inline constexpr std::size_t kTaskTokenChars = 2'048;     // accepted; ours are below 300
inline constexpr std::size_t kEnvelopeDepth = 100;        // nesting of an API request
inline constexpr std::size_t kPayloadDepth = 1'000;       // nesting of a payload or definition
inline constexpr std::size_t kNumberChars = 400;          // characters of one number
inline constexpr std::size_t kExpressionNodes = 100'000;  // nodes a JSONPath may visit or yield
inline constexpr std::size_t kVariableNameChars = 80;
inline constexpr std::size_t kAssignBytes = 262'144;        // one Assign
inline constexpr std::size_t kVariablesBytes = 10'485'760;  // all variables of an execution
inline constexpr std::uint32_t kTransitionsInOneGo = 1'000;
inline constexpr std::uint32_t kParallelBranches = 1'000;
inline constexpr std::uint32_t kStateNesting = 100;
inline constexpr std::uint32_t kInlineMapConcurrency = 40;
inline constexpr std::uint64_t kTimerSecondsMax = 99'999'999;
inline constexpr std::uint64_t kExpressSeconds = 300;  // an Express execution may take
inline constexpr std::size_t kRedriveTokens = 10;      // remembered of one execution
inline constexpr std::uint64_t kRedriveDays = 14;      // after its end an execution can be redriven
inline constexpr std::uint64_t kExecutionDays = 365;   // a Standard execution may take
inline constexpr std::uint64_t kStateTestSeconds = 300;  // a call of TestState may take
inline constexpr std::uint32_t kPartitions = 256;
inline constexpr std::size_t kTags = 50;
inline constexpr std::size_t kActivityPollers = 1'000;  // workers that wait for one activity
inline constexpr std::size_t kVersions = 1'000;         // of one state machine
inline constexpr std::size_t kAliases = 100;            // likewise

}  // namespace treadle::limits
