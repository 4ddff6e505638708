// The logs of state machines: from what executions did to where log events go.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/integrations/aws_configuration.h"
#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/logs/collector.h"
#include "treadle/logs/log_files.h"
#include "treadle/logs/service.h"
#include "treadle/runtime/history_sink.h"

namespace treadle::app {

enum class LogsPlace : std::uint8_t {
  kFiles,
  kStandardOutput,
  kStandardError,
  kCloudWatch,
  kNowhere
};

struct LogsOptions {
  // Where they go; nullopt: to CloudWatch Logs where its address is configured, else into files.
  std::optional<LogsPlace> place{};
  logs::LogFilesOptions files{};  // an empty folder: a temporary one, which goes with the object
  std::string region{};
  std::string account{};
};

class ExecutionLogs final : public runtime::HistorySink, public runtime::JournalSink {
 public:
  // All of it outlives the object.
  struct Parts {
    integrations::AwsConfiguration const& configuration;
    integrations::aws_sdk::ServiceCaller& caller;
    Clock const& clock;
    Random& random;  // of any thread
  };
  // An error is for the operator.
  [[nodiscard]] static auto open(LogsOptions options, Parts const& parts)
      -> Result<std::unique_ptr<ExecutionLogs>, std::string>;
  ExecutionLogs(ExecutionLogs const&) = delete;
  auto operator=(ExecutionLogs const&) -> ExecutionLogs& = delete;
  ~ExecutionLogs() override;

  [[nodiscard]] auto reads(runtime::LogSettings const& settings) const -> bool override;
  void add(runtime::HistoryBatch const& batch) override;
  [[nodiscard]] auto prepare(runtime::HistoryBatch const& batch)
      -> std::move_only_function<void()> override;

  // Hands on what waits, while services can still be called.
  void flush();
  // What became of the records so far; nothing of it where they go nowhere.
  [[nodiscard]] auto counts() const -> logs::Collector::Counts {
    return collector_ ? collector_->counts() : logs::Collector::Counts();
  }
  // Once no request and no execution comes any more: nothing is logged from now on, and service() is
  // gone.
  void stop();

  // CloudWatch Logs over the files.
  [[nodiscard]] auto service() -> logs::LogsService& { return *service_; }

 private:
  ExecutionLogs() = default;

  std::string temporary_folder_;  // to be removed; empty: none
  std::unique_ptr<logs::LogFiles> files_;
  std::unique_ptr<logs::LogsService> service_;
  std::unique_ptr<logs::Collector> collector_;  // null: they go nowhere
};

}  // namespace treadle::app
