// Digests that S3 and SQS name things by.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace treadle::targets {

[[nodiscard]] auto md5(std::string_view bytes) -> std::string;      // 16 bytes
[[nodiscard]] auto md5_hex(std::string_view bytes) -> std::string;  // 32 digits

// The bytes of S3's checksum `name` ("crc32", "crc32c", "crc64nvme", "sha1", "sha256"), the most
// significant first; nullopt for any other name.
[[nodiscard]] auto checksum(std::string_view name, std::string_view bytes)
    -> std::optional<std::string>;

}  // namespace treadle::targets
