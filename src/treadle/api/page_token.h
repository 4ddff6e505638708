// Tokens that lead to the next page: a position with the time it was given at, sealed by an HMAC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/api/action.h"

namespace treadle::api {

// `purpose` binds the token to the operation and what it lists ("ListExecutions/ARN").
[[nodiscard]] auto make_page_token(Services const& services, std::string_view purpose,
                                   std::string_view position) -> std::string;

// The position, or InvalidToken for a token of another purpose or store, a damaged
// one, or one older than 24 hours.
[[nodiscard]] auto read_page_token(Services const& services, std::string_view purpose,
                                   std::string_view token) -> std::expected<std::string, ApiError>;

}  // namespace treadle::api
