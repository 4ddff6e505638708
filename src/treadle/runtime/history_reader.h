// Reads of committed rows: DescribeExecution, ListExecutions, GetExecutionHistory. Any thread.
#pragma once

#include <string_view>

#include "treadle/runtime/router.h"
#include "treadle/runtime/rows.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

class HistoryReader {
 public:
  explicit HistoryReader(store::Store const& store) : store_(store) {}

  // ExecutionDoesNotExist.
  [[nodiscard]] auto place_of(std::string_view execution_arn) const -> Answer<Place>;
  [[nodiscard]] auto describe(std::string_view execution_arn) const -> Answer<ExecutionDescription>;
  [[nodiscard]] auto list(ListRequest const& request) const -> Answer<ListPage>;
  [[nodiscard]] auto history(HistoryRequest const& request) const -> Answer<HistoryPage>;

 private:
  [[nodiscard]] auto head(Place const& place) const -> Answer<Head>;
  // The text of a payload.
  [[nodiscard]] auto payload(Place const& place, std::uint32_t id) const -> Answer<std::string>;

  store::Store const& store_;
};

}  // namespace treadle::runtime
