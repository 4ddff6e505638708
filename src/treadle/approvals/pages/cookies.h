// Cookies: those that a request brings, and random values for them. Source: RFC 6265.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/net/http_message.h"

namespace treadle::approvals::pages {

// The values of all cookies of that name, as they came: a browser sends those of several paths. The
// views live as long as `headers` are not changed.
[[nodiscard]] auto cookies_named(net::Headers const& headers, std::string_view name)
    -> std::vector<std::string_view>;

// 22 characters of base64url: 128 random bits.
[[nodiscard]] auto draw_token(Random& random) -> std::string;

}  // namespace treadle::approvals::pages
