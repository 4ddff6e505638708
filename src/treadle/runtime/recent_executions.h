// The recent Express executions of a node, with their whole histories: a HistorySink.
//
// Each event loop keeps what ran on it, so that keeping takes no lock; a reader asks all of them.
// What is kept is lost with the process.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "treadle/net/event_loop.h"
#include "treadle/runtime/history_sink.h"
#include "treadle/runtime/kept_execution.h"
#include "treadle/runtime/recent_shelf.h"
#include "treadle/runtime/router.h"

namespace treadle::runtime {

struct RecentRequest {
  RecentFilter filter;
  std::size_t limit = 100;
  std::string after = {};  // ListPage::next of the page before
};

class RecentExecutions final : public HistorySink {
 public:
  // `limits` are those of the node: each loop has its share of the bytes. `loops` outlive it.
  RecentExecutions(net::EventLoops& loops, ShelfLimits limits);

  [[nodiscard]] auto reads(LogSettings const& settings) const -> bool override;
  // On one of the loops.
  void add(HistoryBatch const& batch) override;

  // These answer on one of the loops. Any thread, while the loops run.
  // Newest first.
  void list(RecentRequest request, OnAnswer<ListPage> done);
  // ExecutionDoesNotExist: it was never there, still runs, or is no longer kept.
  void find(std::string execution_arn, OnAnswer<std::shared_ptr<KeptExecution const>> done);

 private:
  // Asks every loop; `done` gets the answers of all on the last one's loop.
  template <typename Found>
  void ask(std::function<std::vector<Found>(RecentShelf const&)> question,
           std::move_only_function<void(std::vector<Found>)> done);

  net::EventLoops& loops_;
  std::vector<std::unique_ptr<RecentShelf>> shelves_;  // one a loop
};

}  // namespace treadle::runtime
