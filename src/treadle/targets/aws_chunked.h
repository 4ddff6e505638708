// Bodies in the form aws-chunked, as SDKs stream them to S3, with and without trailers. Signatures
// are not looked at: that was done before.
// Source: Amazon S3 API reference, "Signature calculations: transferring payload in multiple chunks".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/net/http_message.h"

namespace treadle::targets {

struct Unchunked {
  std::string body;
  net::Headers trailers;
};
// nullopt for what is not whole or not in that form.
[[nodiscard]] auto read_aws_chunked(std::string_view text) -> std::optional<Unchunked>;

}  // namespace treadle::targets
