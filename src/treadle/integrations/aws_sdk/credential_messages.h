// What STS, containers and instances are asked for credentials, and what they answer.
// Source: AWS STS API reference, AssumeRole, AssumeRoleWithWebIdentity; Amazon EC2 User Guide,
// "Retrieve security credentials from instance metadata".
#pragma once

#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/base/time.h"
#include "treadle/integrations/aws_sdk/credential_plan.h"
#include "treadle/net/http_client.h"
#include "treadle/net/sigv4.h"

namespace treadle::integrations::aws_sdk {

struct TimedCredentials {
  net::Credentials credentials;
  Timestamp expires = Timestamp::max();  // max: never
};

// Requests that do not let a task wait for long.
[[nodiscard]] auto credential_request(std::string method, std::string url, Milliseconds patience)
    -> net::ClientRequest;

// Where STS is.
struct StsAddress {
  std::string url;  // "https://sts.us-east-1.amazonaws.com"
  std::string region;
};

[[nodiscard]] auto assume_role_request(StsAddress const& sts, AssumedRole const& role,
                                       net::Credentials const& with, Timestamp now)
    -> net::ClientRequest;
[[nodiscard]] auto web_identity_request(StsAddress const& sts, WebIdentitySource const& source,
                                        std::string_view token) -> net::ClientRequest;

// Of a container or an instance. An error says what is wrong with it, never what is in it.
[[nodiscard]] auto read_json_credentials(std::string_view body)
    -> Result<TimedCredentials, std::string>;
// Of STS. An error is its own message, or the status.
[[nodiscard]] auto read_sts_credentials(int status, std::string_view body)
    -> Result<TimedCredentials, std::string>;

}  // namespace treadle::integrations::aws_sdk
