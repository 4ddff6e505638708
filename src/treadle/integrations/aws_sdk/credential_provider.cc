#include "treadle/integrations/aws_sdk/credential_provider.h"

#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::size_t kRolesMax = 1'000;
constexpr std::size_t kTokenBytesMax = 64 * 1024;
constexpr auto kRefreshBefore = std::chrono::minutes(5);  // fetched again from then on
constexpr auto kStaleBefore = std::chrono::seconds(60);   // no longer given out from then on
constexpr auto kAfterFailure = std::chrono::seconds(5);
constexpr auto kInstancePatience = std::chrono::seconds(1);
constexpr auto kContainerPatience = std::chrono::seconds(2);

// A token that something else writes anew from time to time: a small regular file, so that reading
// it does not block.
auto read_token(std::string const& path) -> std::optional<std::string> {
  int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  struct stat status{};
  std::string text(kTokenBytesMax, '\0');
  bool const is_regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  auto const size = is_regular ? ::read(file, text.data(), text.size()) : -1;
  ::close(file);
  if (size <= 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

auto no_answer(std::string_view what, HttpOutcome const& outcome) -> std::string {
  if (!outcome) return fmt::format("{}: cancelled", what);
  if (!*outcome) return fmt::format("{}: {}", what, outcome->error().message);
  return fmt::format("{} answered with status {}", what, (*outcome)->status);
}

auto is_ok(HttpOutcome const& outcome) -> bool {
  return outcome && *outcome && (*outcome)->status == 200;
}

}  // namespace

CredentialProvider::CredentialProvider(AwsConfiguration configuration, CredentialPlan plan,
                                       HttpCaller& http, Clock const& clock)
    : configuration_(std::move(configuration)),
      plan_(std::move(plan)),
      http_(http),
      clock_(clock) {}

void CredentialProvider::get(std::string const& role_arn, std::string const& region, Done done) {
  Key const key{role_arn, region};
  auto const now = clock_.now();
  std::optional<Got> known;
  bool must_fetch = false;
  {
    std::lock_guard const lock(mutex_);
    if (!entries_.contains(key)) make_room();
    auto& entry = entries_[key];
    if (entry.value && entry.value->expires - now > kStaleBefore)
      known = entry.value->credentials;
    else if (!entry.is_fetching && now < entry.retry_after)
      known = Got(std::unexpected(entry.error));
    bool const is_due = !entry.value || entry.value->expires - now <= kRefreshBefore;
    must_fetch = is_due && !entry.is_fetching && now >= entry.retry_after;
    if (must_fetch) entry.is_fetching = true;
    if (!known) entry.waiting.push_back(std::move(done));
  }
  if (must_fetch) fetch(key);
  if (known) done(*known);
}

void CredentialProvider::make_room() {
  if (entries_.size() < kRolesMax) return;
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    if (at->second.is_fetching || at->first.first.empty()) continue;
    entries_.erase(at);
    return;
  }
}

void CredentialProvider::keep(Key const& key, Fetched fetched) {
  std::vector<Done> waiting;
  auto const got = fetched ? Got(fetched->credentials) : Got(std::unexpected(fetched.error()));
  {
    std::lock_guard const lock(mutex_);
    auto& entry = entries_[key];
    entry.is_fetching = false;
    waiting = std::exchange(entry.waiting, {});
    if (fetched) {
      entry.value = std::move(*fetched);
    } else {
      entry.error = std::move(fetched.error());
      entry.retry_after = clock_.now() + kAfterFailure;
    }
  }
  for (auto& done : waiting) done(got);
}

void CredentialProvider::fetch(Key const& key) {
  auto kept = [this, key](Fetched fetched) { keep(key, std::move(fetched)); };
  if (key.first.empty()) return fetch_own(key.second, std::move(kept));
  get("", key.second, [this, key, kept = std::move(kept)](Got const& own) mutable {
    if (!own) return kept(std::unexpected(own.error()));
    assume(key.second, {.role_arn = key.first}, *own, std::move(kept));
  });
}

void CredentialProvider::fetch_own(std::string const& region, FetchDone done) {
  auto then = [this, region, done = std::move(done)](Fetched first) mutable {
    if (!first) return done(std::move(first));
    assume_all(region, 0, std::move(*first), std::move(done));
  };
  if (auto const* none = std::get_if<NoSource>(&plan_.source))
    return then(std::unexpected(none->why));
  if (auto const* keys = std::get_if<StaticSource>(&plan_.source))
    return then(TimedCredentials{keys->credentials});
  if (auto const* container = std::get_if<ContainerSource>(&plan_.source))
    return ask_container(*container, std::move(then));
  if (auto const* instance = std::get_if<InstanceSource>(&plan_.source))
    return ask_instance(*instance, std::move(then));
  auto const& identity = std::get<WebIdentitySource>(plan_.source);
  auto const token = read_token(identity.token_file);
  if (!token)
    return then(std::unexpected(fmt::format("can't read the token file {}", identity.token_file)));
  http_.send({}, web_identity_request(sts(region), identity, *token),
             [then = std::move(then)](HttpOutcome outcome) mutable {
               if (!outcome || !*outcome) return then(std::unexpected(no_answer("STS", outcome)));
               then(read_sts_credentials((*outcome)->status, (*outcome)->body));
             });
}

void CredentialProvider::assume_all(std::string const& region, std::size_t next,
                                    TimedCredentials with, FetchDone done) {
  if (next == plan_.roles.size()) return done(std::move(with));
  auto const keys = with.credentials;
  assume(region, plan_.roles[next], keys,
         [this, region, next, done = std::move(done)](Fetched fetched) mutable {
           if (!fetched) return done(std::move(fetched));
           assume_all(region, next + 1, std::move(*fetched), std::move(done));
         });
}

void CredentialProvider::assume(std::string const& region, AssumedRole const& role,
                                net::Credentials const& with, FetchDone done) {
  http_.send({}, assume_role_request(sts(region), role, with, clock_.now()),
             [role = role.role_arn, done = std::move(done)](HttpOutcome outcome) mutable {
               auto fetched = outcome && *outcome
                                  ? read_sts_credentials((*outcome)->status, (*outcome)->body)
                                  : Fetched(std::unexpected(no_answer("STS", outcome)));
               if (!fetched)
                 fetched = std::unexpected(
                     fmt::format("the role '{}' can't be assumed: {}", role, fetched.error()));
               done(std::move(fetched));
             });
}

void CredentialProvider::ask_container(ContainerSource const& source, FetchDone done) {
  auto request = credential_request("GET", source.url, kContainerPatience);
  auto token = source.token;
  if (!source.token_file.empty()) {
    auto read = read_token(source.token_file);
    if (!read)
      return done(std::unexpected(fmt::format("can't read the token file {}", source.token_file)));
    token = std::move(*read);
  }
  if (!token.empty()) request.headers.set("Authorization", token);
  http_.send({}, std::move(request), [done = std::move(done)](HttpOutcome outcome) mutable {
    if (!is_ok(outcome)) return done(std::unexpected(no_answer("the container", outcome)));
    done(read_json_credentials((*outcome)->body));
  });
}

void CredentialProvider::ask_instance(InstanceSource const& source, FetchDone done) {
  auto request =
      credential_request("PUT", source.endpoint + "/latest/api/token", kInstancePatience);
  request.headers.set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  http_.send(
      {}, std::move(request),
      [this, endpoint = source.endpoint, done = std::move(done)](HttpOutcome outcome) mutable {
        if (!is_ok(outcome)) return done(std::unexpected(no_answer("instance metadata", outcome)));
        ask_instance_role(endpoint, (*outcome)->body, std::move(done));
      });
}

void CredentialProvider::ask_instance_role(std::string const& endpoint, std::string const& token,
                                           FetchDone done) {
  auto const url = endpoint + "/latest/meta-data/iam/security-credentials/";
  auto const get = [token](std::string const& from) {
    auto request = credential_request("GET", from, kInstancePatience);
    request.headers.set("X-aws-ec2-metadata-token", token);
    return request;
  };
  http_.send({}, get(url), [this, get, url, done = std::move(done)](HttpOutcome outcome) mutable {
    if (!is_ok(outcome)) return done(std::unexpected(no_answer("instance metadata", outcome)));
    auto const role = (*outcome)->body.substr(0, (*outcome)->body.find('\n'));
    http_.send({}, get(url + percent_encode(role)),
               [done = std::move(done)](HttpOutcome last) mutable {
                 if (!is_ok(last))
                   return done(std::unexpected(no_answer("instance metadata", last)));
                 done(read_json_credentials((*last)->body));
               });
  });
}

auto CredentialProvider::sts(std::string const& region) const -> StsAddress {
  return {service_endpoint(configuration_, "STS", "sts", region).url, region};
}

}  // namespace treadle::integrations::aws_sdk
