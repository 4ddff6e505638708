// treadle's own addresses beside the API of AWS:
//
//   GET  /v1/state-machines/MACHINE/executions/recent
//   POST /v1/state-machines/MACHINE/executions:stream
//   GET  /v1/executions/ARN
//   GET  /v1/executions/ARN/history
//   POST /v1/executions/ARN/compensate
//
// MACHINE is the name or the ARN of a state machine, ":" and a version's number or an alias' name
// behind it; MACHINE and ARN are percent-encoded, where a ':' may stay as it is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/arn.h"

namespace treadle::api {

struct OwnPath {
  enum class What : std::uint8_t { kRecent, kStream, kExecution, kHistory, kCompensate };
  What what = What::kRecent;
  std::string arn;  // of a machine or an execution; not checked
  std::map<std::string, std::string, std::less<>> query;
};

// nullopt: none of these, or not percent-encoded. Names belong to `scope`. Of members of the query
// that are repeated the last counts.
[[nodiscard]] auto read_own_path(std::string_view method, std::string_view target,
                                 ArnScope const& scope) -> std::optional<OwnPath>;

}  // namespace treadle::api
