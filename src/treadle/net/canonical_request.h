// What a Signature Version 4 is computed over, for signing and for verifying alike.
// Source: IAM User Guide, "Create a signed AWS API request", steps 1 to 4.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/base/hmac.h"
#include "treadle/net/http_message.h"
#include "treadle/net/sigv4.h"

namespace treadle::net {

// Step 1. `signed_headers` are lower-case and sorted; each takes all fields of that name, joined by
// commas, runs of blanks made one. `body_hash` is in hexadecimal.
struct CanonicalInput {
  std::string_view method;
  std::string_view target;
  Headers const& headers;
  std::span<std::string const> signed_headers;
  std::string_view body_hash;
  bool is_s3 = false;
};
[[nodiscard]] auto canonical_request(CanonicalInput const& input) -> std::string;

// "20150830/us-east-1/iam/aws4_request"
[[nodiscard]] auto credential_scope(std::string_view day, SigningScope const& scope) -> std::string;

// Step 4, the key. Good for one day.
[[nodiscard]] auto signing_key(std::string_view secret, std::string_view day,
                               SigningScope const& scope) -> Digest;

// Steps 2 to 4: the signature in lower-case hexadecimal. `amz_date` is "20150830T123600Z".
[[nodiscard]] auto signature(Digest const& key, std::string_view amz_date,
                             std::string_view scope_text, std::string_view canonical)
    -> std::string;

// A body in chunks, each signed after the one before it, the first after the head with signature
// `seed`. False where a signature is wrong or the form is not kept up to the empty chunk that ends
// it. Source: Amazon S3 API reference, "Signature calculations: transferring payload in multiple
// chunks".
struct ChunkSigning {
  Digest const& key;
  std::string_view amz_date;
  std::string_view scope_text;
};
[[nodiscard]] auto has_signed_chunks(std::string_view body, ChunkSigning const& signing,
                                     std::string_view seed) -> bool;

// "host;x-amz-date"
[[nodiscard]] auto join_names(std::span<std::string const> names) -> std::string;
[[nodiscard]] auto to_lower(std::string_view text) -> std::string;

}  // namespace treadle::net
