// An API action: one operation of the Step Functions API, one file in actions/.
//
// An action gets the checked envelope (a JSON object), reads its parameters with a ParameterReader,
// and answers once, at once or later. Source: API reference; AWS JSON 1.0.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "treadle/base/clock.h"
#include "treadle/integrations/response_models.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/net/http_message.h"
#include "treadle/net/sigv4.h"
#include "treadle/runtime/catalog.h"
#include "treadle/runtime/express.h"
#include "treadle/runtime/router.h"
#include "treadle/runtime/state_tests.h"

namespace treadle::api {

// An error of the API as AWS shows it: HTTP status, "__type" and "message"; `members` is further
// JSON members (",\"reason\":\"...\"") of the few shapes that have them.
struct ApiError {
  std::string code;
  std::string message;
  int status = 400;
  std::string members = {};
};

using ActionResult = std::expected<std::string, ApiError>;  // the response's body: JSON text
using OnResult = std::move_only_function<void(ActionResult)>;

// A call with a task token that led to nothing, because the token is not good or its task is over.
struct RefusedToken {
  std::string operation;  // "SendTaskSuccess"
  std::string token;
  std::string code;  // of the error: "InvalidToken", "TaskTimedOut"
  std::string message;
  std::string key_id;  // of the access key; empty: none
  std::string ip;
  std::string user_agent;
};

// What actions work on. All of it outlives every request.
struct Services {
  runtime::Router& router;
  runtime::Catalog& catalog;
  runtime::Express& express;
  runtime::StateTests& state_tests;
  integrations::ResponseModels& response_models;
  Clock const& clock;
  Random& random;  // guarded by its owner; any thread
  std::string region;
  std::string account;
  // Keys the HMAC of page tokens.
  std::span<std::uint8_t const> secret;
  // Told of calls from outside whose task token was not taken. Any thread; empty: nobody wants to know.
  std::function<void(RefusedToken)> on_refused_token = {};
};

// Who makes a call. Views last until the action returns.
struct ActionCaller {
  net::AccessKey const* key = nullptr;    // that signed the request; null: none was asked for
  net::Request const* request = nullptr;  // null: a task of this process
};
// For the audit log, as JSON: {"call":"StopExecution","authenticated":"access-key AKIA...","ip":...,
// "userAgent":...}. `authenticated` is "none" where there are no keys, "task" for a task's call.
[[nodiscard]] auto to_json(ActionCaller const& caller, std::string_view operation) -> std::string;

struct ActionCall {
  Services& services;
  json::Value request;   // an object, in `arena`
  json::Arena& arena;    // lives until `done` returns
  Milliseconds wait{0};  // of the treadle-wait header
  std::function<bool()> client_is_gone;
  ActionCaller caller = {};
};

using Action = void (*)(ActionCall& call, OnResult done);

// The action of that name ("StartExecution"), or nullptr.
[[nodiscard]] auto find_action(std::string_view name) -> Action;

}  // namespace treadle::api
