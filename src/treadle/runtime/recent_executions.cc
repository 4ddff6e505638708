#include "treadle/runtime/recent_executions.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/arn.h"
#include "treadle/base/assert.h"

namespace treadle::runtime {
namespace {

// Where a list is: its last execution's start and ARN.
struct Position {
  std::int64_t started_ms = 0;
  std::string_view arn;
};

auto position_of(ExecutionSummary const& s) -> Position {
  return {s.started_at.time_since_epoch().count(), s.execution_arn};
}

auto is_newer(Position const& a, Position const& b) -> bool {
  return std::tie(a.started_ms, a.arn) > std::tie(b.started_ms, b.arn);
}

auto write(Position const& p) -> std::string { return fmt::format("{} {}", p.started_ms, p.arn); }

auto read(std::string_view text) -> Position {
  Position out;
  auto const space = std::min(text.find(' '), text.size());
  std::from_chars(text.data(), text.data() + space, out.started_ms);
  out.arn = text.substr(std::min(space + 1, text.size()));
  return out;
}

auto machine_of(std::string_view execution_arn) -> std::string {
  auto const arn = parse_states_arn(execution_arn);
  return arn ? state_machine_arn(arn->scope, arn->name) : std::string();
}

auto page_of(std::vector<ExecutionSummary> found, RecentRequest const& request) -> ListPage {
  std::ranges::sort(found, is_newer, position_of);
  if (!request.after.empty()) {
    auto const after = read(request.after);
    auto const first =
        std::ranges::find_if(found, [&](auto const& s) { return is_newer(after, position_of(s)); });
    found.erase(found.begin(), first);
  }
  ListPage page;
  bool const more = found.size() > request.limit;
  if (more) found.resize(request.limit);
  if (more && !found.empty()) page.next = write(position_of(found.back()));
  page.executions = std::move(found);
  return page;
}

}  // namespace

RecentExecutions::RecentExecutions(net::EventLoops& loops, ShelfLimits limits) : loops_(loops) {
  limits.machine_bytes /= loops.size();
  limits.bytes /= loops.size();
  limits.execution_bytes = std::min(limits.execution_bytes, limits.machine_bytes / 4);
  for (std::size_t i = 0; i < loops.size(); ++i)
    shelves_.push_back(std::make_unique<RecentShelf>(limits));
}

auto RecentExecutions::reads(LogSettings const& /*settings*/) const -> bool { return true; }

void RecentExecutions::add(HistoryBatch const& batch) {
  auto const* const current = net::EventLoop::current();
  for (std::size_t i = 0; i < shelves_.size(); ++i)
    if (&loops_.at(i) == current) return shelves_[i]->add(batch);
  TREADLE_ASSERT(false);
}

template <typename Found>
void RecentExecutions::ask(std::function<std::vector<Found>(RecentShelf const&)> question,
                           std::move_only_function<void(std::vector<Found>)> done) {
  struct Gathering {
    std::function<std::vector<Found>(RecentShelf const&)> question;
    std::move_only_function<void(std::vector<Found>)> done;
    std::vector<std::vector<Found>> parts;  // each written by one loop
    std::atomic<std::size_t> left;
  };
  auto const gathering = std::make_shared<Gathering>();
  gathering->question = std::move(question);
  gathering->done = std::move(done);
  gathering->parts.resize(shelves_.size());
  gathering->left = shelves_.size();
  for (std::size_t i = 0; i < shelves_.size(); ++i)
    loops_.at(i).post([gathering, i, &shelf = *shelves_[i]] {
      gathering->parts[i] = gathering->question(shelf);
      if (--gathering->left > 0) return;
      std::vector<Found> all;
      for (auto& part : gathering->parts) std::ranges::move(part, std::back_inserter(all));
      gathering->done(std::move(all));
    });
}

void RecentExecutions::list(RecentRequest request, OnAnswer<ListPage> done) {
  auto filter = request.filter;
  ask<ExecutionSummary>(
      [filter = std::move(filter)](RecentShelf const& shelf) { return shelf.list(filter); },
      [request = std::move(request), done = std::move(done)](auto found) mutable {
        done(page_of(std::move(found), request));
      });
}

void RecentExecutions::find(std::string execution_arn,
                            OnAnswer<std::shared_ptr<KeptExecution const>> done) {
  auto machine = machine_of(execution_arn);
  ask<std::string>(
      [machine = std::move(machine), execution_arn](RecentShelf const& shelf) {
        auto bytes = shelf.find(machine, execution_arn);
        return bytes ? std::vector{std::move(*bytes)} : std::vector<std::string>();
      },
      [execution_arn, done = std::move(done)](std::vector<std::string> found) mutable {
        if (found.empty())
          return done(std::unexpected(
              Refusal{"ExecutionDoesNotExist",
                      fmt::format("Execution Does Not Exist: '{}'", execution_arn)}));
        done(std::make_shared<KeptExecution const>(std::move(found.front())));
      });
}

}  // namespace treadle::runtime
