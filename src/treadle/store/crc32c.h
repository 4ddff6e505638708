// CRC-32C (Castagnoli), as RocksDB's files carry it.
#pragma once

#include <cstdint>
#include <string_view>

namespace treadle::store {

[[nodiscard]] auto crc32c(std::string_view bytes) -> std::uint32_t;

// Continues a sum over further bytes: extend(crc32c(a), b) == crc32c(a + b).
[[nodiscard]] auto extend_crc32c(std::uint32_t sum, std::string_view bytes) -> std::uint32_t;

}  // namespace treadle::store
