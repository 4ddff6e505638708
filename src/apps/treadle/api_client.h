// A client of the API for the commands: one call at a time, synchronous.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/net/http_client.h"
#include "treadle/net/http_message.h"

namespace treadle::app {

struct CallFailure {
  std::string code;     // of the API; empty when no answer came
  std::string message;  // for people
};

class ApiClient {
 public:
  // `endpoint`, else AWS_ENDPOINT_URL_SFN, else http://127.0.0.1:8083. Requests are signed where
  // AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set, for the region of AWS_REGION.
  explicit ApiClient(std::string const& endpoint);
  ~ApiClient();

  // The answer's body. `wait` is the treadle-wait header; 0: none.
  [[nodiscard]] auto call(std::string_view operation, std::string body,
                          std::chrono::seconds wait = {}) -> Result<std::string, CallFailure>;

  // The answer to a GET of the server's own addresses, such as "/v1/executions/...".
  [[nodiscard]] auto get(std::string const& target) -> Result<std::string, CallFailure>;

  // The answer to a POST there.
  [[nodiscard]] auto post(std::string const& target, std::string body)
      -> Result<std::string, CallFailure>;

  // The answer to a request of one of the services beside the API, whatever its status. `target`:
  // "/v1/approvals?limit=1". A body makes it a POST.
  struct Fetched {
    int status = 0;
    net::Headers headers;
    std::string body;
  };
  [[nodiscard]] auto fetch(std::string const& target, std::optional<std::string> body = {})
      -> Result<Fetched, CallFailure>;

  [[nodiscard]] auto endpoint() const -> std::string const& { return endpoint_; }

 private:
  [[nodiscard]] auto send(net::ClientRequest request) -> Result<net::ClientResponse, CallFailure>;

  struct Impl;
  std::string endpoint_;
  std::unique_ptr<Impl> impl_;
};

// The ARN of a state machine that is named by its ARN or its name.
[[nodiscard]] auto machine_arn_of(ApiClient& client, std::string const& name_or_arn)
    -> Result<std::string, CallFailure>;

// "treadle COMMAND: CODE: message" on standard error, with a hint where no server answers or it asks
// for keys. Gives kFailed.
auto report(std::string_view command, ApiClient const& client, CallFailure const& failure) -> int;

// A member of an answer as text: strings without quotes; empty where it is absent.
[[nodiscard]] auto member(json::Value object, std::string_view name) -> std::string;

// "2026-11-23T09:08:07.123Z" of a time in an answer; empty where it is absent.
[[nodiscard]] auto time_member(json::Value object, std::string_view name) -> std::string;

}  // namespace treadle::app
