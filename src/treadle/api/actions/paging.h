// What all lists share: how many, and from where.
#pragma once

#include <string>
#include <string_view>

#include "treadle/api/action.h"

namespace treadle::api {

struct PageRequest {
  std::size_t limit = 0;
  std::string after;  // position that the token holds; empty for the first page
};

// maxResults (0 and absent: 100) and nextToken, or InvalidToken. `purpose` binds the token to the
// operation and to every argument but maxResults: "Keep all other arguments unchanged" (API
// reference; page sizes may change, recorded).
[[nodiscard]] auto read_page(ActionCall const& call, std::string_view purpose)
    -> std::expected<PageRequest, ApiError>;

}  // namespace treadle::api
