// Reads of tasks that wait, or waited, for their tokens, from committed rows. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "treadle/runtime/router.h"
#include "treadle/runtime/rows.h"
#include "treadle/runtime/wait_rows.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

// A wait with what its execution and its journal say of it.
struct Wait {
  ApprovalKey task;
  WaitRow row;  // of one that has ended: opened and state_name alone
  std::optional<ReceiptRow> ended;
  ExecutionSummary execution;
  std::string resource_type;     // "lambda"
  std::string resource;          // "invoke.waitForTaskToken"
  std::string parameters;        // effective ones: JSON text
  std::optional<Timestamp> due;  // of TimeoutSeconds
  std::uint32_t attempt = 1;
  bool is_input_as_it_is = false;  // the state has no Parameters: they are its input
};

struct WaitListRequest {
  WaitList list = WaitList::kOpen;
  std::string state_machine_arn = {};  // empty: of all
  std::size_t limit = 50;
  std::string after = {};  // position of the page before; empty for the first
};
struct WaitListPage {
  std::vector<ApprovalKey> tasks;  // newest first
  std::string next;                // empty: there is no more; else a page may hold fewer than asked
};

class WaitReader {
 public:
  explicit WaitReader(store::Store const& store) : store_(store) {}

  // nullopt: no such task waits or has waited. The refusal is the store's.
  [[nodiscard]] auto find(ApprovalKey const& task) const -> Answer<std::optional<Wait>>;
  // Looks at 20,000 rows at most.
  [[nodiscard]] auto list(WaitListRequest const& request) const -> Answer<WaitListPage>;

 private:
  store::Store const& store_;
};

}  // namespace treadle::runtime
