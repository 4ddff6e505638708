#include "treadle/logs/cloudwatch.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "treadle/base/log.h"
#include "treadle/json/print.h"

namespace treadle::logs {

using integrations::aws_sdk::CallProblem;
using integrations::aws_sdk::ServiceResult;

namespace {

constexpr auto kService = "cloudwatchlogs";
constexpr Milliseconds kLook{50};  // how often whoever waits sees whether it should stop

struct Line {
  Timestamp time;
  std::string_view text;
};

auto lines_of(Lines const& lines) -> std::vector<Line> {
  std::vector<Line> out;
  out.reserve(lines.ends.size());
  std::size_t from = 0;
  for (auto const& end : lines.ends) {
    out.push_back({end.time, std::string_view(lines.lines).substr(from, end.at - 1 - from)});
    from = end.at;
  }
  std::ranges::stable_sort(out, {}, &Line::time);
  return out;
}

auto names(std::string_view group, std::string_view stream) -> std::string {
  return fmt::format(R"("logGroupName":{},"logStreamName":{})", json::print_string(group),
                     json::print_string(stream));
}

// Collects lines of one stream into requests.
class PutWriter {
 public:
  PutWriter(std::vector<Put>& out, std::string const& group) : out_(out), group_(group) {}
  PutWriter(PutWriter const&) = delete;
  auto operator=(PutWriter const&) -> PutWriter& = delete;
  ~PutWriter() { finish(); }

  void add(std::string const& stream, Line const& line) {
    auto const size = line.text.size() + kPutEventBytes;
    if (stream != put_.stream || put_.events == kPutEventsMax || bytes_ + size > kPutBytesMax)
      finish();
    if (put_.events == 0) {
      put_ = {.group = group_, .stream = stream, .parameters = {}, .events = 0};
      put_.parameters = fmt::format(R"({{{},"logEvents":[)", names(group_, stream));
      bytes_ = 0;
    }
    if (put_.events++ != 0) put_.parameters += ',';
    fmt::format_to(std::back_inserter(put_.parameters), R"({{"timestamp":{},"message":)",
                   line.time.time_since_epoch().count());
    json::append_string(put_.parameters, line.text);
    put_.parameters += '}';
    bytes_ += size;
  }

 private:
  void finish() {
    if (put_.events == 0) return;
    put_.parameters += "]}";
    out_.push_back(std::exchange(put_, {}));
  }

  std::vector<Put>& out_;
  std::string const& group_;
  Put put_;
  std::size_t bytes_ = 0;
};

// Whether another attempt may succeed.
auto is_passing(CallProblem const& problem) -> bool {
  using enum CallProblem::Kind;
  switch (problem.kind) {
    case kNotSent:
    case kLost:
    case kTimeout: return true;
    case kService:
      return problem.error.status >= 500 || problem.error.status == 429 ||
             problem.error.code.contains("Throttl") ||
             problem.error.code == "ServiceUnavailableException" ||
             problem.error.code == "OperationAbortedException";
    default: return false;
  }
}

auto is_missing(CallProblem const& problem) -> bool {
  return problem.kind == CallProblem::Kind::kService &&
         problem.error.code == "ResourceNotFoundException";
}

auto why(CallProblem const& problem) -> std::string {
  if (!problem.sentences.empty()) return problem.sentences.front();
  if (problem.error.code.empty()) return problem.error.message;
  return fmt::format("{}: {}", problem.error.code, problem.error.message);
}

}  // namespace

auto puts_of(LogBatch const& batch) -> std::vector<Put> {
  std::vector<Put> out;
  {
    PutWriter writer(out, batch.group);
    std::string stream;
    std::optional<std::chrono::sys_time<std::chrono::minutes>> minute;
    for (auto const& line : lines_of(batch.lines)) {
      auto const at = std::chrono::floor<std::chrono::minutes>(line.time);
      if (at != minute) stream = stream_name(batch.machine, line.time);
      minute = at;
      writer.add(stream, line);
    }
  }
  return out;
}

// Calls under way together; shared with answers that may come after everybody has stopped waiting.
struct CloudWatchDestination::Round {
  std::mutex mutex;
  std::condition_variable ended;
  std::map<std::size_t, std::optional<ServiceResult>> results;
  std::size_t open = 0;

  static void begin(std::shared_ptr<Round> const& round, CloudWatchDestination& self,
                    std::size_t index, std::string action, std::string parameters) {
    {
      std::lock_guard const lock(round->mutex);
      ++round->open;
    }
    self.caller_.call(
        {.execution = {self.random_.next_u64(), self.random_.next_u64()}, .history_id = 0},
        {.service = kService,
         .action = std::move(action),
         .parameters = std::move(parameters),
         .region = self.options_.region,
         .role_arn = {},
         .idempotency_token = {},
         .timeout = {}},
        [round, index](ServiceResult result) {
          std::lock_guard const lock(round->mutex);
          round->results[index] = std::move(result);
          --round->open;
          round->ended.notify_all();
        });
  }
  // False where it was left before all had ended.
  auto wait(std::atomic<bool> const& is_stopping) -> bool {
    std::unique_lock lock(mutex);
    while (open != 0 && !is_stopping) ended.wait_for(lock, kLook);
    return open == 0;
  }
};

CloudWatchDestination::CloudWatchDestination(integrations::aws_sdk::ServiceCaller& caller,
                                             Random& random, CloudWatchOptions options)
    : caller_(caller), random_(random), options_(std::move(options)) {}

auto CloudWatchDestination::write(std::vector<LogBatch> const& batches,
                                  std::atomic<bool> const& is_stopping) -> std::uint64_t {
  // By stream, so that those of one stream go one after another.
  std::map<std::pair<std::string, std::string>, std::deque<Put>> streams;
  for (auto const& batch : batches)
    for (auto& put : puts_of(batch)) streams[{put.group, put.stream}].push_back(std::move(put));
  std::uint64_t lost = 0;
  while (!streams.empty()) {
    std::vector<Put> wave;
    for (auto at = streams.begin();
         at != streams.end() && wave.size() < options_.streams_at_once;) {
      wave.push_back(std::move(at->second.front()));
      at->second.pop_front();
      at = at->second.empty() ? streams.erase(at) : std::next(at);
    }
    auto pause = options_.first_pause;
    for (std::uint32_t attempt = 1; !wave.empty(); ++attempt) {
      wave = send(wave, is_stopping, lost);
      if (wave.empty()) break;
      if (attempt == options_.attempts_max || is_stopping) {
        for (auto const& put : wave) lost += put.events;
        break;
      }
      for (auto left = pause; left > Milliseconds{0} && !is_stopping; left -= kLook)
        std::this_thread::sleep_for(std::min(left, kLook));
      pause = std::min(pause * 2, options_.pause_max);
    }
  }
  return lost;
}

auto CloudWatchDestination::send(std::vector<Put> const& puts, std::atomic<bool> const& is_stopping,
                                 std::uint64_t& lost) -> std::vector<Put> {
  if (is_stopping) return puts;
  auto const round = std::make_shared<Round>();
  for (std::size_t i = 0; i < puts.size(); ++i)
    Round::begin(round, *this, i, "putLogEvents", puts[i].parameters);
  (void)round->wait(is_stopping);
  std::vector<Put> again;
  std::vector<Put const*> homeless;
  std::unique_lock lock(round->mutex);
  for (std::size_t i = 0; i < puts.size(); ++i) {
    auto const& result = round->results[i];
    if (result && *result) {
      failures_.reset();
      continue;
    }
    bool const has_no_stream = result && is_missing(result->error());
    if (has_no_stream) homeless.push_back(&puts[i]);
    if (result && !has_no_stream && failures_.add())
      log(LogLevel::kWarning, "CloudWatch Logs did not take log events",
          {{"group", puts[i].group},
           {"cause", why(result->error())},
           {"failures", failures_.count()}});
    if (!result || has_no_stream || is_passing(result->error()))
      again.push_back(puts[i]);
    else
      lost += puts[i].events;
  }
  lock.unlock();
  for (auto const* const put : homeless) make_stream(*put, is_stopping);
  return again;
}

// What is there already is no refusal.
void CloudWatchDestination::make_stream(Put const& put, std::atomic<bool> const& is_stopping) {
  std::pair<std::string, std::string> const calls[] = {
      {"createLogGroup", fmt::format(R"({{"logGroupName":{}}})", json::print_string(put.group))},
      {"createLogStream", fmt::format("{{{}}}", names(put.group, put.stream))}};
  for (auto const& [action, parameters] : calls) {
    auto const round = std::make_shared<Round>();
    Round::begin(round, *this, 0, action, parameters);
    if (!round->wait(is_stopping)) return;
    std::lock_guard const lock(round->mutex);
    auto const& result = round->results[0];
    if (!*result && result->error().error.code != "ResourceAlreadyExistsException" &&
        failures_.add())
      log(LogLevel::kWarning, "CloudWatch Logs did not make a log group or stream",
          {{"group", put.group}, {"cause", why(result->error())}, {"failures", failures_.count()}});
  }
}

}  // namespace treadle::logs
