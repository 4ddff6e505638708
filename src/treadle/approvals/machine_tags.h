// What a machine's tags say about its approvals, where no rule names it.
#pragma once

#include <optional>
#include <vector>

#include "treadle/approvals/settings.h"
#include "treadle/runtime/catalog.h"

namespace treadle::approvals {

// "treadle:approvers": ids, separated by blanks. "treadle:approval-quorum": a number.
// "treadle:approval-title". nullopt where there is none of them. A value that can't be right lets
// nobody decide.
[[nodiscard]] auto rules_of(std::vector<runtime::Tag> const& tags) -> std::optional<Rules>;

}  // namespace treadle::approvals
