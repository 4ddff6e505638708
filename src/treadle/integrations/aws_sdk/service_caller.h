// Calls of AWS APIs: from an operation's name and parameters to its output or its error, with the
// endpoint, the credentials, the signature and the retries that an SDK would use.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "treadle/base/result.h"
#include "treadle/base/time.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/integrations/connector.h"
#include "treadle/net/http_message.h"

namespace treadle::integrations::aws_sdk {

struct ServiceCall {
  std::string service;     // id among the models: "dynamodb", "sfn"
  std::string action;      // "putItem"
  std::string parameters;  // JSON text of an object
  std::string region;
  std::string role_arn;           // to be assumed first; empty: none
  std::string idempotency_token;  // for a member that the model marks so
  // Members of `parameters` that the API does not know are left out, not refused: they are the whole
  // input of a state without Parameters. DIFFERS: AWS refuses them.
  bool leaves_out_unknown = false;
  net::Headers headers = {};            // besides those of the protocol
  std::optional<Milliseconds> timeout;  // for the whole call with its retries; at most 60 s without
};

struct CallProblem {
  enum class Kind : std::uint8_t {
    kUnknown,     // no model knows the service or the action
    kParameters,  // the parameters don't fit the model; `sentences`
    kService,     // the service refused; `error`
    kNotSent,     // no connection, no credentials: nothing was received
    kLost,        // sent, and no whole answer came
    kTimeout,     // sent, and no whole answer came in time
    kTooLarge,    // the answer is larger than a payload may be
    kCancelled,
  };
  Kind kind = Kind::kService;
  std::vector<std::string> sentences;
  ServiceError error;          // of kService; its message says what went wrong otherwise
  std::string service_name;    // the model's service id, where it is known ("DynamoDB")
  std::uint32_t attempts = 1;  // requests that were sent
};

using ServiceResult = Result<ServiceAnswer, CallProblem>;
using ServiceDone = std::move_only_function<void(ServiceResult)>;

class ServiceCaller {
 public:
  virtual ~ServiceCaller() = default;
  // Any thread; returns without waiting. `done` once, on any thread, perhaps before it returns.
  virtual void call(CallId id, ServiceCall call, ServiceDone done) = 0;
  // Breaks off the calls of `id`: their `done` comes with kCancelled. None is no error.
  virtual void cancel(CallId id) = 0;
  // Runs `task` after `delay`, on any thread; not at all once the process stops.
  virtual void after(Milliseconds delay, std::move_only_function<void()> task) = 0;
  // Whether the service is answered by this process.
  [[nodiscard]] virtual auto is_local(std::string_view service) const -> bool = 0;
};

}  // namespace treadle::integrations::aws_sdk
