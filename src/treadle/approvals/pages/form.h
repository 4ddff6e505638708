// application/x-www-form-urlencoded bodies. Source: WHATWG URL, 5.1.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace treadle::approvals::pages {

// The decoded value of the first field of that name: '+' is a blank, "%XX" a byte. nullopt: there is
// no such field, or its value is not UTF-8 or has a '%' without two hexadecimal digits. Time is linear
// in body.size().
[[nodiscard]] auto form_field(std::string_view body, std::string_view name)
    -> std::optional<std::string>;

}  // namespace treadle::approvals::pages
