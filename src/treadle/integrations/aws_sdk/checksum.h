// Checksums of bodies, base64; private to the folder.
// Source: Smithy 2.0, "httpChecksumRequired trait"; Amazon S3 User Guide, "Checking object integrity".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace treadle::integrations::aws_sdk {

[[nodiscard]] auto md5_checksum(std::string_view body) -> std::string;

// By the algorithm's name among the values of ChecksumAlgorithm: "CRC32", "SHA256"; nullopt for one
// that isn't known.
[[nodiscard]] auto checksum(std::string_view algorithm, std::string_view body)
    -> std::optional<std::string>;

}  // namespace treadle::integrations::aws_sdk
