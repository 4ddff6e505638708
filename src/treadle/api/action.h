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
};

struct ActionCall {
  Services& services;
  json::Value request;   // an object, in `arena`
  json::Arena& arena;    // lives until `done` returns
  Milliseconds wait{0};  // of the treadle-wait header
  std::function<bool()> client_is_gone;
};

using Action = void (*)(ActionCall& call, OnResult done);

// The action of that name ("StartExecution"), or nullptr.
[[nodiscard]] auto find_action(std::string_view name) -> Action;

}  // namespace treadle::api
