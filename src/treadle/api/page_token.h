// Tokens that lead to the next page: a position with the time it was given at, sealed by an HMAC.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "treadle/api/action.h"

namespace treadle::api {

// What tokens are sealed with, and when.
struct PageSeal {
  std::span<std::uint8_t const> secret;
  Timestamp now;
};

[[nodiscard]] inline auto seal_of(Services const& services) -> PageSeal {
  return {services.secret, services.clock.now()};
}

// `purpose` binds the token to the operation and what it lists ("ListExecutions/ARN").
[[nodiscard]] auto make_page_token(PageSeal const& seal, std::string_view purpose,
                                   std::string_view position) -> std::string;

// The position, or InvalidToken for a token of another purpose or store, a damaged
// one, or one older than 24 hours.
[[nodiscard]] auto read_page_token(PageSeal const& seal, std::string_view purpose,
                                   std::string_view token) -> std::expected<std::string, ApiError>;

}  // namespace treadle::api
