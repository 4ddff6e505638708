// The names of workflow errors that treadle itself raises, as AWS spells them.
// Source: Amazon States Language, "Errors"; Step Functions Developer Guide, "Handling errors".
#pragma once

#include <string_view>

namespace treadle::errors {

inline constexpr std::string_view kAll = "States.ALL";
inline constexpr std::string_view kBranchFailed = "States.BranchFailed";
inline constexpr std::string_view kDataLimitExceeded = "States.DataLimitExceeded";
inline constexpr std::string_view kExceedToleratedFailureThreshold =
    "States.ExceedToleratedFailureThreshold";
inline constexpr std::string_view kHeartbeatTimeout = "States.HeartbeatTimeout";
inline constexpr std::string_view kHttpSocket = "States.Http.Socket";
inline constexpr std::string_view kIntrinsicFailure = "States.IntrinsicFailure";
inline constexpr std::string_view kItemReaderFailed = "States.ItemReaderFailed";
inline constexpr std::string_view kNoChoiceMatched = "States.NoChoiceMatched";
inline constexpr std::string_view kParameterPathFailure = "States.ParameterPathFailure";
inline constexpr std::string_view kPermissions = "States.Permissions";
inline constexpr std::string_view kQueryEvaluationError = "States.QueryEvaluationError";
inline constexpr std::string_view kResultPathMatchFailure = "States.ResultPathMatchFailure";
inline constexpr std::string_view kResultWriterFailed = "States.ResultWriterFailed";
inline constexpr std::string_view kRuntime = "States.Runtime";
inline constexpr std::string_view kTaskFailed = "States.TaskFailed";
inline constexpr std::string_view kTimeout = "States.Timeout";
// Ours: a saga is to go back (docs/sagas.md).
inline constexpr std::string_view kCompensate = "Treadle.Compensate";
// Ours: an at-most-once task whose outcome is not known after a crash.
inline constexpr std::string_view kTaskOutcomeUnknown = "Treadle.TaskOutcomeUnknown";

}  // namespace treadle::errors
