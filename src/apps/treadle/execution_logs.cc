#include "apps/treadle/execution_logs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include "treadle/interpreter/project.h"
#include "treadle/logs/cloudwatch.h"
#include "treadle/logs/file_destination.h"
#include "treadle/logs/levels.h"
#include "treadle/logs/record.h"

namespace treadle::app {
namespace {

constexpr Milliseconds kFlushPatience{3'000};

auto least_severity(runtime::HistoryLevel level) -> logs::Severity {
  using enum runtime::HistoryLevel;
  return level == kAll     ? logs::Severity::kPlain
         : level == kError ? logs::Severity::kError
                           : logs::Severity::kFatal;
}

// The name in a state machine's ARN.
auto machine_name(std::string_view arn) -> std::string_view {
  auto const colon = arn.rfind(':');
  return colon == std::string_view::npos ? arn : arn.substr(colon + 1);
}

// Whether none of it is logged. Said without a look at each event's details.
auto is_silent(runtime::HistoryBatch const& batch) -> bool {
  return batch.settings.level != runtime::HistoryLevel::kAll &&
         std::ranges::none_of(batch.events, logs::may_be_severe);
}

void encode(runtime::HistoryBatch const& batch, logs::Lines& out) {
  auto const least = least_severity(batch.settings.level);
  logs::RecordSource const source{.execution_arn = batch.state.execution_arn,
                                  .redrive_count = batch.state.redrive_count,
                                  .data = batch.settings.with_data ? logs::ExecutionData::kIncluded
                                                                   : logs::ExecutionData::kLeftOut};
  for (auto const& event : batch.events) {
    if (least != logs::Severity::kPlain && !logs::may_be_severe(event)) continue;
    auto const shown = interpreter::project(event);
    if (!shown || logs::severity_of(shown->type) < least) continue;
    logs::append_record(out.lines, *shown, source, batch.payloads);
    out.close_line(shown->timestamp);
  }
}

// Where the operator says, else where CloudWatch Logs is, if that is said, else files. Credentials
// alone do not send logs to AWS: that has its price.
auto place_of(LogsOptions const& options, integrations::AwsConfiguration const& configuration)
    -> LogsPlace {
  if (options.place) return *options.place;
  if (auto const set = configuration.services.find("cloudwatchlogs");
      set != configuration.services.end())
    return set->second.place == integrations::ServicePlace::kLocal ? LogsPlace::kFiles
                                                                   : LogsPlace::kCloudWatch;
  bool const is_told = !configuration.endpoint_url.empty() ||
                       configuration.service_endpoint_urls.contains("CLOUDWATCH_LOGS");
  return is_told ? LogsPlace::kCloudWatch : LogsPlace::kFiles;
}

auto make_destination(LogsPlace place, logs::LogFiles& files, ExecutionLogs::Parts const& parts,
                      std::string const& region) -> std::unique_ptr<logs::Destination> {
  switch (place) {
    case LogsPlace::kFiles: return std::make_unique<logs::FileDestination>(files);
    case LogsPlace::kStandardOutput:
      return std::make_unique<logs::DescriptorDestination>(STDOUT_FILENO);
    case LogsPlace::kStandardError:
      return std::make_unique<logs::DescriptorDestination>(STDERR_FILENO);
    case LogsPlace::kCloudWatch:
      return std::make_unique<logs::CloudWatchDestination>(
          parts.caller, parts.random, logs::CloudWatchOptions{.region = region});
    case LogsPlace::kNowhere: break;
  }
  return nullptr;
}

}  // namespace

auto ExecutionLogs::open(LogsOptions options, Parts const& parts)
    -> Result<std::unique_ptr<ExecutionLogs>, std::string> {
  std::unique_ptr<ExecutionLogs> out(new ExecutionLogs);
  if (options.files.folder.empty()) {
    std::error_code error;
    auto pattern = (std::filesystem::temp_directory_path(error) / "treadle-logs-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr)
      return std::unexpected(std::string("there is no place for a temporary folder"));
    options.files.folder = out->temporary_folder_ = pattern;
  }
  out->files_ = TRY(logs::LogFiles::open(options.files));
  out->service_ = std::make_unique<logs::LogsService>(
      *out->files_, parts.clock,
      logs::LogsServiceOptions{.region = options.region, .account = options.account});
  auto destination =
      make_destination(place_of(options, parts.configuration), *out->files_, parts, options.region);
  if (destination) out->collector_ = std::make_unique<logs::Collector>(std::move(destination));
  return out;
}

ExecutionLogs::~ExecutionLogs() {
  stop();
  files_.reset();
  std::error_code ignored;
  if (!temporary_folder_.empty()) std::filesystem::remove_all(temporary_folder_, ignored);
}

auto ExecutionLogs::reads(runtime::LogSettings const& settings) const -> bool {
  return collector_ && settings.level != runtime::HistoryLevel::kOff && !settings.group.empty();
}

void ExecutionLogs::add(runtime::HistoryBatch const& batch) {
  if (is_silent(batch)) return;
  thread_local logs::Lines lines;
  lines.clear();
  encode(batch, lines);
  collector_->add(
      {.group = batch.settings.group, .machine = machine_name(batch.state.state_machine_arn)},
      lines);
}

auto ExecutionLogs::prepare(runtime::HistoryBatch const& batch) -> std::move_only_function<void()> {
  if (is_silent(batch)) return {};
  logs::Lines lines;
  encode(batch, lines);
  if (lines.ends.empty()) return {};
  return
      [this, group = batch.settings.group,
       machine = std::string(machine_name(batch.state.state_machine_arn)),
       lines = std::move(lines)] { collector_->add({.group = group, .machine = machine}, lines); };
}

void ExecutionLogs::flush() {
  if (collector_) collector_->flush(kFlushPatience);
}

void ExecutionLogs::stop() {
  if (collector_) collector_->stop();
  service_.reset();
}

}  // namespace treadle::app
