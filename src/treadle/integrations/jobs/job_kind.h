// How the jobs of a .sync integration are watched and stopped: one declarative entry an action.
// Source: API references of the services; Step Functions Developer Guide, "Run a Job (.sync)".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::integrations::jobs {

// The templates are payload templates over {"submission": what the call returned, "parameters": what
// the task asked for}; the paths are JSONPath. Lists of words are split by blanks.
struct JobKind {
  std::string_view service;  // as Resource writes them: "batch", "submitJob"
  std::string_view action;
  std::string_view sdk_service;  // id among the models
  std::string_view poll_action;
  std::string_view poll;        // template of its parameters
  std::string_view job;         // where its answer holds what the task shows
  std::string_view member;      // under which the task shows it; empty: as it is
  std::string_view status;      // where that holds the state of the job
  std::string_view done;        // states in which the job has done its work
  std::string_view failed;      // states in which it has not, and will not
  std::string_view blame = {};  // a filter: what it finds in a job that is done makes it a failure
  std::string_view gone = {};   // the error code that says that it is done; the job was to go away
  std::string_view stop_action = {};  // empty: it can't be stopped
  std::string_view stop = {};
  // A member of the poll and of its answer: the list of the jobs of one start. Of several the task
  // waits for all, shows this member, and fails where one has failed. `job` is that of a single one.
  std::string_view all = {};
  std::string_view stop_each =
      {};  // where the submission holds them: "each" in `stop`, a call for each
};

// nullptr: the action starts no job that can be waited for.
[[nodiscard]] auto find_job_kind(std::string_view service, std::string_view action)
    -> JobKind const*;

// A template over a job's submission and parameters (JSON texts), filled in. An error is a sentence
// that names what the template needs and did not find.
[[nodiscard]] auto fill(std::string_view text, std::string_view submission,
                        std::string_view parameters) -> Result<std::string, std::string>;

// kind.stop, filled in for each job that is to be stopped; none where the submission tells of none.
[[nodiscard]] auto fill_stops(JobKind const& kind, std::string_view submission,
                              std::string_view parameters) -> std::vector<std::string>;

enum class JobState : std::uint8_t { kRunning, kDone, kFailed, kMissing };
struct Seen {
  JobState state = JobState::kRunning;
  std::string output;  // JSON text of what the task shows
};

// What an answer to the poll, whose parameters were `asked`, says of the job. kMissing: nothing.
[[nodiscard]] auto judge(JobKind const& kind, std::string_view asked, std::string_view answer)
    -> Seen;

}  // namespace treadle::integrations::jobs
