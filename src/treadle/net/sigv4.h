// AWS Signature Version 4: signing requests, and verifying those that come in.
// Source: IAM User Guide, "AWS Signature Version 4 for API requests"; for S3, Amazon S3 API
// reference, "Authenticating requests (AWS Signature Version 4)".
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/base/time.h"
#include "treadle/net/http_message.h"

namespace treadle::net {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: none
};

struct SigningScope {
  std::string region;   // "us-east-1"
  std::string service;  // signing name: "states", "lambda", "s3"
};

// What a request is signed over. `target` is what goes on the wire, so already percent-encoded; its
// path is encoded once more in the canonical request, except for S3 (service "s3"), which also
// signs its path without resolving "." and "..". A colon may be sent as ':' or as "%3A": either
// verifies.
struct SigningInput {
  std::string_view method;
  std::string_view target;
  std::string_view body;
};

// Adds X-Amz-Date, X-Amz-Security-Token (when there is a token), for S3 X-Amz-Content-Sha256, and
// Authorization. All of `headers`, which must hold Host, are signed, but for Connection,
// User-Agent, X-Amzn-Trace-Id, Expect, Transfer-Encoding and Content-Length: those may change on
// the way.
void sign(SigningInput const& input, Headers& headers, Credentials const& credentials,
          SigningScope const& scope, Timestamp now);

// The target of a request without a body that carries its signature in its query, and so is good for
// whoever has it, for `life` from `now`. All of `headers`, which must hold Host, have to be sent along.
[[nodiscard]] auto presigned_target(SigningInput const& input, Headers const& headers,
                                    Credentials const& credentials, SigningScope const& scope,
                                    Timestamp now, std::chrono::seconds life) -> std::string;

// "20150830T123600Z", as X-Amz-Date has it.
[[nodiscard]] auto to_amz_date(Timestamp time) -> std::string;

// Why a request is not let in, as AWS's JSON protocols say it. `message` tells the client nothing
// that only the owner of the key may know.
struct AuthError {
  int status = 400;
  std::string_view type;  // e.g. "InvalidSignatureException"
  std::string message;
};

// An access key that may call this server.
struct AccessKey {
  std::string id;
  std::string secret;
  std::vector<std::string> actions;    // "StartExecution", "Describe*"; empty: all
  std::vector<std::string> resources;  // prefixes of ARNs; empty: all
  std::string approver = {};  // whom its holder decides approvals as; empty: nobody is named
};

// Reads the file of --credentials, in the form of AWS's shared credentials file: sections "[name]"
// with aws_access_key_id and aws_secret_access_key (other settings of AWS's are ignored); besides,
// treadle's own "actions" and "resources", lists split by commas, and "approver". '#' and ';' begin a comment line.
// Fails with the line and what is wrong there, never with a secret.
[[nodiscard]] auto parse_access_keys(std::string_view text)
    -> std::expected<std::vector<AccessKey>, std::string>;

// Verifies signatures in the Authorization header. Any thread.
//
// Demanded: one Authorization of AWS4-HMAC-SHA256; X-Amz-Date within five minutes of `now`; exactly
// our scope with the date of that header; host, x-amz-date and every x-amz-* header signed; the
// signature over the hash of the body that arrived. Refused: other algorithms and, but for service
// "s3", unsigned and streaming payloads and presigned queries.
//
// Of S3 a query may hold the signature instead, for X-Amz-Expires seconds (1 to 604,800) from its
// date. Of its payloads that are UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER the head
// alone is verified; of STREAMING-AWS4-HMAC-SHA256-PAYLOAD also each chunk, but no trailer.
//
// An unknown key costs the same work as a wrong signature;
// comparisons take constant time.
class SignatureVerifier {
 public:
  SignatureVerifier(std::vector<AccessKey> keys, SigningScope scope);
  SignatureVerifier(SignatureVerifier&&) noexcept;
  auto operator=(SignatureVerifier&&) noexcept -> SignatureVerifier&;
  ~SignatureVerifier();

  // The key that signed it; it lives as long as the verifier.
  [[nodiscard]] auto verify(Request const& request, Timestamp now) const
      -> std::expected<AccessKey const*, AuthError>;
  // The same of a request whose body is still to come: X-Amz-Content-Sha256 must be
  // UNSIGNED-PAYLOAD, and the head alone is verified.
  [[nodiscard]] auto verify_head(Request const& head, Timestamp now) const
      -> std::expected<AccessKey const*, AuthError>;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle::net
