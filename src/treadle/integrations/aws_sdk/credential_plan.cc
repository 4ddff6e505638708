#include "treadle/integrations/aws_sdk/credential_plan.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "treadle/net/uri.h"

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::string_view kContainerHost = "http://169.254.170.2";
constexpr std::string_view kInstanceHost = "http://169.254.169.254";

auto value_of(auto const& map, std::string_view name) -> std::string {
  auto const found = map.find(name);
  return found == map.end() ? std::string() : found->second;
}

auto trimmed(std::string_view text) -> std::string_view {
  constexpr std::string_view kBlank = " \t\r";
  auto const begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// The profile that "[...]" begins, or empty where it is a section of another kind.
auto section_name(std::string_view line, SharedFile file) -> std::string_view {
  auto const end = line.find(']');
  auto name = trimmed(line.substr(1, end == std::string_view::npos ? end : end - 1));
  constexpr std::string_view kPrefix = "profile";
  if (file == SharedFile::kCredentials || name == "default") return name;
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) return {};
  name.remove_prefix(kPrefix.size());
  return name.front() == ' ' || name.front() == '\t' ? trimmed(name) : std::string_view();
}

auto keys_in(auto const& map, std::string_view id, std::string_view secret, std::string_view token)
    -> std::optional<net::Credentials> {
  net::Credentials keys{value_of(map, id), value_of(map, secret), value_of(map, token)};
  if (keys.access_key_id.empty() || keys.secret_access_key.empty()) return std::nullopt;
  return keys;
}

auto environment_keys(Environment const& environment) -> std::optional<net::Credentials> {
  return keys_in(environment, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");
}

// A name that may be asked without TLS: this machine, or the hosts that AWS gives containers.
auto is_container_host(std::string_view host) -> bool {
  return host == "localhost" || host == "::1" || host == "169.254.170.2" ||
         host == "169.254.170.23" || host == "fd00:ec2::23" || host.starts_with("127.");
}

auto container_source(Environment const& environment) -> CredentialSource {
  ContainerSource source;
  source.token = value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  source.token_file = value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (auto const path = value_of(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
      !path.empty()) {
    source.url = std::string(kContainerHost) + path;
    return source;
  }
  source.url = value_of(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  auto const url = net::parse_url(source.url);
  if (url && (url->is_https || is_container_host(url->host))) return source;
  return NoSource{
      "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine"};
}

auto instance_source(Environment const& environment) -> CredentialSource {
  auto const disabled = value_of(environment, "AWS_EC2_METADATA_DISABLED");
  if (disabled == "true" || disabled == "TRUE" || disabled == "True")
    return NoSource{"none are configured"};
  auto endpoint = value_of(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) endpoint = kInstanceHost;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return InstanceSource{std::move(endpoint)};
}

auto has_container(Environment const& environment) -> bool {
  return !value_of(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
         !value_of(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty();
}

auto session_name(std::string name) -> std::string { return name.empty() ? "treadle" : name; }

// Follows source_profile from profile to profile.
class ProfileReader {
 public:
  ProfileReader(Environment const& environment, Profiles const& profiles)
      : environment_(environment), profiles_(profiles) {}

  auto read(std::string const& name) -> CredentialPlan {
    auto const found = profiles_.find(name);
    if (found == profiles_.end())
      return none(fmt::format("the profile '{}' is in neither of the shared files", name));
    if (!seen_.insert(name).second)
      return none(fmt::format("the profile '{}' is its own source_profile", name));
    auto const& profile = found->second;
    bool const returns_to_itself = value_of(profile, "source_profile") == name;
    auto const keys =
        keys_in(profile, "aws_access_key_id", "aws_secret_access_key", "aws_session_token");
    auto const role = value_of(profile, "role_arn");
    if (!role.empty() && profile.contains("web_identity_token_file"))
      return {WebIdentitySource{role, session_name(value_of(profile, "role_session_name")),
                                value_of(profile, "web_identity_token_file")}};
    if (!role.empty()) {
      auto plan = returns_to_itself && keys ? CredentialPlan{StaticSource{*keys}}
                                            : source_of(profile, name);
      plan.roles.push_back(role_of(profile));
      return plan;
    }
    if (keys) return {StaticSource{*keys}};
    for (auto const* unsupported : {"credential_process", "sso_session", "sso_start_url"})
      if (profile.contains(unsupported))
        return none(
            fmt::format("the profile '{}' has {}, which treadle does not use", name, unsupported));
    return none(fmt::format("the profile '{}' has no credentials", name));
  }

 private:
  static auto none(std::string why) -> CredentialPlan { return {NoSource{std::move(why)}}; }

  static auto role_of(Profile const& profile) -> AssumedRole {
    AssumedRole role{.role_arn = value_of(profile, "role_arn"),
                     .session_name = session_name(value_of(profile, "role_session_name")),
                     .external_id = value_of(profile, "external_id")};
    auto const seconds = value_of(profile, "duration_seconds");
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), role.duration_seconds);
    return role;
  }

  auto source_of(Profile const& profile, std::string const& name) -> CredentialPlan {
    if (auto const next = value_of(profile, "source_profile"); !next.empty()) return read(next);
    auto const source = value_of(profile, "credential_source");
    if (source == "Ec2InstanceMetadata") return {instance_source(environment_)};
    if (source == "EcsContainer") return {container_source(environment_)};
    auto const keys = environment_keys(environment_);
    if (source == "Environment" && keys) return {StaticSource{*keys}};
    return none(fmt::format(
        "the profile '{}' has a role_arn without a source_profile or credential_source", name));
  }

  Environment const& environment_;
  Profiles const& profiles_;
  std::set<std::string> seen_;
};

void read_shared_file(Profiles& profiles, std::string const& path, SharedFile file) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return;
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  read_profiles(profiles, text, file);
}

}  // namespace

auto CredentialPlan::is_configured() const -> bool {
  return !roles.empty() || (!std::holds_alternative<NoSource>(source) &&
                            !std::holds_alternative<InstanceSource>(source));
}

void read_profiles(Profiles& profiles, std::string_view text, SharedFile file) {
  Profile* profile = nullptr;
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      auto const name = section_name(line, file);
      profile = name.empty() ? nullptr : &profiles[std::string(name)];
      continue;
    }
    auto const equals = line.find('=');
    bool const is_nested = line.front() == ' ' || line.front() == '\t';
    if (profile == nullptr || is_nested || equals == std::string_view::npos) continue;
    auto value = trimmed(line.substr(equals + 1));
    if (auto const comment = value.find(" #"); comment != std::string_view::npos)
      value = trimmed(value.substr(0, comment));
    profile->insert_or_assign(std::string(trimmed(line.substr(0, equals))), std::string(value));
  }
}

auto make_credential_plan(Environment const& environment, Profiles const& profiles)
    -> CredentialPlan {
  if (auto keys = environment_keys(environment)) return {StaticSource{std::move(*keys)}};
  auto const token_file = value_of(environment, "AWS_WEB_IDENTITY_TOKEN_FILE");
  auto const role = value_of(environment, "AWS_ROLE_ARN");
  if (!token_file.empty() && !role.empty())
    return {WebIdentitySource{role, session_name(value_of(environment, "AWS_ROLE_SESSION_NAME")),
                              token_file}};
  auto name = value_of(environment, "AWS_PROFILE");
  bool const is_named = !name.empty();
  if (!is_named) name = "default";
  if (is_named || profiles.contains(name)) {
    auto plan = ProfileReader(environment, profiles).read(name);
    if (is_named || !std::holds_alternative<NoSource>(plan.source)) return plan;
  }
  if (has_container(environment)) return {container_source(environment)};
  return {instance_source(environment)};
}

auto read_credential_plan(Environment const& environment) -> CredentialPlan {
  auto const path = [&](std::string_view variable, std::string_view name) {
    auto const named = value_of(environment, variable);
    return named.empty() ? value_of(environment, "HOME") + "/.aws/" + std::string(name) : named;
  };
  Profiles profiles;
  read_shared_file(profiles, path("AWS_CONFIG_FILE", "config"), SharedFile::kConfig);
  read_shared_file(profiles, path("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
                   SharedFile::kCredentials);
  return make_credential_plan(environment, profiles);
}

}  // namespace treadle::integrations::aws_sdk
