// `treadle run --stream`: an execution for every line of input, a line of result for each.
#pragma once

#include <cstdint>
#include <string>

#include "apps/treadle/node.h"
#include "treadle/runtime/express_stream.h"

namespace treadle::app {

// Whether a count and a rate stand on standard error while it runs.
enum class Progress : std::uint8_t { kShown, kHidden };

struct StreamRun {
  runtime::MachineRef machine;
  asl::MachineType type = asl::MachineType::kStandard;  // of the executions' ARNs
  std::string input;                                    // a file; "-" is standard input
  runtime::StreamOptions options;
  Progress progress = Progress::kHidden;
};

// Runs them on all loops of the node, which must have been started, and ends with the input. The
// exit status: kOk where all succeeded; kFailed where one did not, or where nobody reads the output
// any more; kUsage where the input can't be read; kDataError where the output can't be written.
[[nodiscard]] auto run_stream(Node& node, StreamRun run) -> int;

}  // namespace treadle::app
