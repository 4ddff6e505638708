// The public name of an approval: where its task waits, and a MAC under the store's secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/runtime/rows.h"
#include "treadle/store/store.h"

namespace treadle::approvals {

// "A" and 44 characters of base64url.
[[nodiscard]] auto make_approval_id(store::Secret const& secret, runtime::ApprovalKey const& task)
    -> std::string;

// nullopt for anything that make_approval_id() did not make under this secret.
[[nodiscard]] auto read_approval_id(store::Secret const& secret, std::string_view id)
    -> std::optional<runtime::ApprovalKey>;

}  // namespace treadle::approvals
