// Credentials for calls: those of the process, and those of roles that tasks name. Kept until
// shortly before they expire, fetched again by one request at a time, and never by waiting on a loop.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/integrations/aws_sdk/credential_messages.h"
#include "treadle/integrations/aws_sdk/credential_plan.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/net/event_loop.h"

namespace treadle::integrations::aws_sdk {

class CredentialProvider {
 public:
  // An error says why there are none; never a secret.
  using Got = Result<net::Credentials, std::string>;
  using Done = std::move_only_function<void(Got const&)>;

  // `http` and `clock` outlive it; destroyed after the loops were stopped.
  CredentialProvider(AwsConfiguration configuration, CredentialPlan plan, HttpCaller& http,
                     Clock const& clock);
  CredentialProvider(CredentialProvider const&) = delete;
  auto operator=(CredentialProvider const&) -> CredentialProvider& = delete;
  ~CredentialProvider() = default;

  // Any thread; `done` on any thread, perhaps before this returns. `role_arn` empty: the process's
  // own. `region` is where STS is asked.
  void get(std::string const& role_arn, std::string const& region, Done done);

  [[nodiscard]] auto is_configured() const -> bool { return plan_.is_configured(); }

 private:
  using Key = std::pair<std::string, std::string>;  // role, region
  using Fetched = Result<TimedCredentials, std::string>;
  using FetchDone = std::move_only_function<void(Fetched)>;
  struct Entry {
    std::optional<TimedCredentials> value;
    std::string error;        // of the last attempt
    Timestamp retry_after{};  // not asked again before
    std::vector<Done> waiting;
    bool is_fetching = false;
  };

  void fetch(Key const& key);
  void keep(Key const& key, Fetched fetched);
  void make_room();
  void fetch_own(std::string const& region, FetchDone done);
  void assume_all(std::string const& region, std::size_t next, TimedCredentials with,
                  FetchDone done);
  void assume(std::string const& region, AssumedRole const& role, net::Credentials const& with,
              FetchDone done);
  void ask_container(ContainerSource const& source, FetchDone done);
  void ask_instance(InstanceSource const& source, FetchDone done);
  void ask_instance_role(std::string const& endpoint, std::string const& token, FetchDone done);
  [[nodiscard]] auto sts(std::string const& region) const -> StsAddress;

  AwsConfiguration const configuration_;
  CredentialPlan const plan_;
  HttpCaller& http_;
  Clock const& clock_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace treadle::integrations::aws_sdk
