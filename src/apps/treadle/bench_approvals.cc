// The inbox with 100,000 approvals that wait: its first page, a page of one machine among others, and
// a decision.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/node.h"
#include "treadle/approvals/inbox_service.h"
#include "treadle/asl/parser.h"
#include "treadle/runtime/definition_cache.h"

namespace treadle::app {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kWaiting = 100'000;
constexpr std::size_t kStartsAtOnce = 2'000;
constexpr int kReads = 100;
constexpr std::string_view kDefinition = R"json({"StartAt":"Ask","States":{"Ask":{"Type":"Task",
  "Resource":"arn:aws:states:::treadle:approval.waitForTaskToken","End":true,"Parameters":{
  "Title.$":"States.Format('Refund order {}', $.order)","Fields":{"Amount.$":"$.amount"}}}}})json";

auto milliseconds_since(SteadyClock::time_point begin) -> double {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
}

// A machine in the store, as CreateStateMachine leaves it.
auto add_machine(Node& node, std::string const& name) -> runtime::MachineRef {
  auto const parsed = asl::parse_definition(kDefinition).definition;
  auto const revision = runtime::revision_of(kDefinition, asl::MachineType::kStandard);
  store::Batch batch;
  node.engine().definitions().add(batch, revision, asl::MachineType::kStandard, parsed);
  node.store().submit(std::move(batch), [](store::CommitOutcome outcome) {
    if (outcome != store::CommitOutcome::kCommitted) give_up("the store can't be written");
  });
  return {.id = node.shared_random().next_entity_id(),
          .arn = "arn:aws:states:us-east-1:123456789012:stateMachine:" + name,
          .name = name,
          .revision = revision,
          .role_arn = "arn:aws:iam::123456789012:role/bench",
          .definition = parsed};
}

// Starts executions, so many at once, and waits until all are durable.
class Starts {
 public:
  explicit Starts(Node& node) : node_(node) {}

  void run(runtime::MachineRef const& machine, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return open_ < kStartsAtOnce; });
      ++open_;
      lock.unlock();
      start(machine, i);
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  void start(runtime::MachineRef const& machine, std::size_t number) {
    auto const name = fmt::format("e{}", number);
    node_.engine().start_execution(
        {.machine = machine,
         .execution_arn = fmt::format("arn:aws:states:us-east-1:123456789012:execution:{}:{}",
                                      machine.name, name),
         .name = name,
         .named_by_caller = false,
         .input = fmt::format(R"({{"order":"o-{}","amount":{}}})", number, number % 500),
         .trace_header = {}},
        [this](runtime::Answer<runtime::Started> const& started) {
          if (!started) give_up(started.error().message);
          std::lock_guard const lock(mutex_);
          --open_;
          changed_.notify_one();
        });
  }

  Node& node_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0;
};

// A page as the service gives it, JSON and all; the bytes of its answer.
auto read_page(approvals::HttpService const& inbox, std::string const& target) -> std::size_t {
  std::size_t bytes = 0;
  inbox.serve({.method = "GET", .target = target, .remote = "127.0.0.1", .id = {}},
              net::Responder::to([&](net::Response const& response) {
                if (response.status != 200) give_up(response.body);
                bytes = response.body.size();
              }));
  return bytes;
}

// The slowest of many reads: whoever opens the inbox waits for that.
auto slowest_page(approvals::HttpService const& inbox, std::string const& target) -> double {
  double slowest = 0;
  for (int i = 0; i < kReads; ++i) {
    auto const begin = SteadyClock::now();
    read_page(inbox, target);
    slowest = std::max(slowest, milliseconds_since(begin));
  }
  return slowest;
}

auto decide_all(Node& node, std::vector<approvals::Approval> const& open) -> double {
  std::vector<double> took;
  for (auto const& approval : open) {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_done = false;
    auto const begin = SteadyClock::now();
    node.approvals()->decide({.approval_id = approval.id,
                              .verdict = approvals::Verdict::kApprove,
                              .approver = {.id = "bench"},
                              .via = "api",
                              .comment = "",
                              .origin = {}},
                             [&](approvals::DecisionOutcome const& outcome) {
                               if (!std::holds_alternative<approvals::Decided>(outcome))
                                 give_up(approvals::outcome_sentence(outcome));
                               std::lock_guard const lock(mutex);
                               is_done = true;
                               changed.notify_one();
                             });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_done; });
    took.push_back(milliseconds_since(begin));
  }
  std::ranges::sort(took);
  return took[took.size() / 2];
}

auto figure(std::string what, double value, std::string unit) -> Figure {
  return {.figure = "A1",
          .what = std::move(what),
          .value = value,
          .unit = std::move(unit),
          .limit_what = {},
          .reach = {}};
}

}  // namespace

auto bench_approvals(BenchSettings const& settings) -> std::vector<Figure> {
  auto node = Node::open({.data = settings.directory + "/approvals",
                          .functions = {},
                          .function_environment = {},
                          .engine = {},
                          .approvals = approvals::Settings(),
                          .fail_stop = [](std::string const& why) { give_up(why); }});
  if (!node) give_up(node.error());
  (*node)->start();
  Starts starts(**node);
  auto const begin = SteadyClock::now();
  starts.run(add_machine(**node, "few"), 10);
  starts.run(add_machine(**node, "many"), kWaiting);
  auto const opened = milliseconds_since(begin) / 1'000.0;
  auto const inbox = approvals::inbox_service(*(*node)->approvals(),
                                              {.region = "us-east-1", .account = "123456789012"});
  std::vector<Figure> out;
  out.push_back(
      alone(figure("100,000 wait: opened a second", kWaiting / opened, "/s"), Bound::kAtLeast, 1));
  out.push_back(
      alone(figure("first page of 50, slowest of 100", slowest_page(inbox, "/v1/approvals"), "ms"),
            Bound::kAtMost, 100));
  out.push_back(alone(figure("page of a machine with 10, behind the others, slowest of 100",
                             slowest_page(inbox, "/v1/approvals?machine=few"), "ms"),
                      Bound::kAtMost, 100));
  auto const page = (*node)->approvals()->list({.limit = 200});
  if (!page) give_up("the inbox can't be read");
  out.push_back(
      alone(figure("a decision, durable, p50 of 200", decide_all(**node, page->approvals), "ms"),
            Bound::kAtMost, 100));
  (*node)->stop();
  return out;
}

}  // namespace treadle::app
