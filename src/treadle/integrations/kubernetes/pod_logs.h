// The logs of a job's pods, one after another. Private to the folder.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "treadle/integrations/kubernetes/cluster_client.h"

namespace treadle::integrations::kubernetes {

struct LogOptions {
  bool are_wanted = false;
  bool are_raw = false;                  // not to be read as JSON
  std::vector<QueryField> parameters{};  // of the request for a log
};

// Of the member LogOptions; nullopt where there is none.
[[nodiscard]] auto read_log_options(json::Value parameters) -> Checked<std::optional<LogOptions>>;

struct WantedLogs {
  Cluster cluster;
  JobName job;
  LogOptions options;
};

// `done` once, with the JSON text of {"pods":...}; with "error" and "cause" in the place of what
// can't be read. Ends early where an output could not hold more.
void read_pod_logs(ClusterClient& client, TaskCall const& call, WantedLogs wanted,
                   std::move_only_function<void(std::string)> done);

}  // namespace treadle::integrations::kubernetes
