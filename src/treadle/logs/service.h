// CloudWatch Logs over the files of log groups: what writes and reads log events, and makes and lists
// groups and streams.
//
// Source: Amazon CloudWatch Logs API reference. DIFFERS: events are given in the order in which they were
// written, pages of FilterLogEvents sorted by time; what rotation removed is gone; a client's log stream
// is known as long as a line of it is there.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "treadle/base/clock.h"
#include "treadle/json/value.h"
#include "treadle/logs/log_files.h"
#include "treadle/logs/task_thread.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"
#include "treadle/targets/message.h"

namespace treadle::logs {

struct LogsServiceOptions {
  std::string region = "us-east-1";
  std::string account = "123456789012";
  std::size_t requests_max = 200;              // that wait; beyond: throttled
  std::uint64_t scan_bytes_max = 16ULL << 20;  // of one page of FilterLogEvents
};

class LogsService {
 public:
  // `files` and `clock` outlive it.
  LogsService(LogFiles& files, Clock const& clock, LogsServiceOptions options);

  // Any thread.
  void handle(net::Request&& request, net::Responder responder);

 private:
  // The rest on the thread.
  [[nodiscard]] auto dispatch(std::string_view operation, json::Value request) -> targets::Answer;
  [[nodiscard]] auto create_group(json::Value request) -> targets::Answer;
  [[nodiscard]] auto delete_group(json::Value request) -> targets::Answer;
  [[nodiscard]] auto describe_groups(json::Value request) const -> targets::Answer;
  [[nodiscard]] auto create_stream(json::Value request) -> targets::Answer;
  [[nodiscard]] auto describe_streams(json::Value request) const -> targets::Answer;
  [[nodiscard]] auto put_events(json::Value request) -> targets::Answer;
  [[nodiscard]] auto get_events(json::Value request) const -> targets::Answer;
  [[nodiscard]] auto filter_events(json::Value request) const -> targets::Answer;

  // The group that a request names, by its name or its ARN; refused where there is none.
  [[nodiscard]] auto group_of(json::Value request) const
      -> std::expected<std::string, targets::Problem>;
  [[nodiscard]] auto group_arn(std::string_view group) const -> std::string;
  // Streams that clients made: read from the files when they are first asked for.
  [[nodiscard]] auto streams_of(std::string const& group) -> std::set<std::string, std::less<>>&;
  [[nodiscard]] auto now() const -> std::int64_t { return clock_.now().time_since_epoch().count(); }

  LogFiles& files_;
  Clock const& clock_;
  LogsServiceOptions const options_;
  std::map<std::string, std::set<std::string, std::less<>>> streams_;
  TaskThread thread_;  // ends first
};

// Whether a request on a shared port is for CloudWatch Logs.
[[nodiscard]] auto is_logs_request(net::Request const& request) -> bool;
// A refusal from before the service saw the request.
[[nodiscard]] auto logs_refusal(int status, std::string code, std::string message) -> net::Response;

}  // namespace treadle::logs
