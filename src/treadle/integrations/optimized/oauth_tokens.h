// Access tokens of OAuth connections: fetched once, kept until shortly before they expire, and
// thrown away when somebody was refused with one. Any thread.
// Source: RFC 6749, 4.4 and 5.1.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/integrations/optimized/http_task_settings.h"

namespace treadle::integrations::optimized {

class OAuthTokens {
 public:
  // An error says why there is none, never what was sent.
  using Got = Result<std::string, std::string>;  // a value for Authorization: "Bearer ..."
  using Done = std::move_only_function<void(Got const&)>;

  // Both outlive it; destroyed after the loops were stopped.
  OAuthTokens(HttpCaller& http, Clock const& clock) : http_(http), clock_(clock) {}

  // `done` on any thread, perhaps before this returns. `connection` outlives this.
  void get(Connection const& connection, Done done);
  // `authorization` was refused: the next get() asks for another.
  void refused(Connection const& connection, std::string const& authorization);

 private:
  struct Entry {
    std::string authorization;
    Timestamp expires{};
    std::vector<Done> waiting;
  };
  void keep(Connection const& connection, Got const& got, Timestamp expires);

  HttpCaller& http_;
  Clock const& clock_;
  std::mutex mutex_;
  std::map<Connection const*, Entry> entries_;
};

}  // namespace treadle::integrations::optimized
