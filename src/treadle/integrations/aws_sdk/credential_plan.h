// As whom AWS is called: what the environment and the shared files say, before anything is asked.
//
// The order of the standard chain: variables, web identity, profile, container, the instance's role.
// Source: AWS SDKs and Tools Reference Guide, "Standardized credential providers", "Shared config
// and credentials files".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/integrations/aws_configuration.h"
#include "treadle/net/sigv4.h"

namespace treadle::integrations::aws_sdk {

struct NoSource {
  std::string why;
};
struct StaticSource {
  net::Credentials credentials;
};
struct WebIdentitySource {
  std::string role_arn;
  std::string session_name;
  std::string token_file;
};
struct ContainerSource {
  std::string url;
  std::string token;       // sent as Authorization; may be empty
  std::string token_file;  // read instead of it at every request; may be empty
};
struct InstanceSource {
  std::string endpoint;  // "http://169.254.169.254"
};
using CredentialSource =
    std::variant<NoSource, StaticSource, WebIdentitySource, ContainerSource, InstanceSource>;

// A role that is assumed with the credentials before it.
struct AssumedRole {
  std::string role_arn;
  std::string session_name = "treadle";
  std::string external_id{};
  std::uint32_t duration_seconds = 3'600;
};

struct CredentialPlan {
  CredentialSource source;
  std::vector<AssumedRole> roles{};  // in the order in which they are assumed

  // Whether somebody configured credentials: not the role that an instance may have, nor none.
  [[nodiscard]] auto is_configured() const -> bool;
};

// Both shared files, by profile; what the credentials file says wins.
using Profile = std::map<std::string, std::string, std::less<>>;
using Profiles = std::map<std::string, Profile, std::less<>>;

enum class SharedFile : std::uint8_t { kConfig, kCredentials };

// Adds what `text` says: "[default]", "[profile NAME]" of the config file, "[NAME]" of the
// credentials file; lines that are indented belong to nested settings and are passed over.
void read_profiles(Profiles& profiles, std::string_view text, SharedFile file);

[[nodiscard]] auto make_credential_plan(Environment const& environment, Profiles const& profiles)
    -> CredentialPlan;

// The same with the files that the environment names. Reads files: at start, not on a loop.
[[nodiscard]] auto read_credential_plan(Environment const& environment) -> CredentialPlan;

}  // namespace treadle::integrations::aws_sdk
