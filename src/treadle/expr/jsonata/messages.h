// The text behind an error code, as JSONata words it; private to the module.
#pragma once

#include <string>
#include <string_view>

namespace treadle::expr::jsonata {

// What a message speaks of, already as JSON text where it stands for a value ("\"+\"", "[1,2]").
struct Details {
  std::string token = {};
  std::string value = {};
  std::string value2 = {};
};

// The message of `code` with its details filled in; the code itself where there is none.
[[nodiscard]] auto message_of(std::string_view code, Details const& details = {}) -> std::string;

}  // namespace treadle::expr::jsonata
