// Hashes by the names that States.Hash and $hash have for them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace treadle::expr {

// The digest of `data` in lower-case hexadecimal; nullopt for an algorithm other than MD5, SHA-1,
// SHA-256, SHA-384 and SHA-512. Source: Step Functions Developer Guide, "Intrinsic functions".
[[nodiscard]] auto hex_digest(std::string_view algorithm, std::string_view data)
    -> std::optional<std::string>;

}  // namespace treadle::expr
