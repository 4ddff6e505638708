// How a service whose protocol is AWS JSON takes a request: on its worker, answered after the commit.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "treadle/json/value.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"
#include "treadle/targets/worker.h"

namespace treadle::targets {

struct JsonProtocol {
  std::string_view target_prefix;  // "AWSEvents.": what stands before the operation's name
  std::string_view content_type;
  std::size_t depth_max = 64;
};

// What the operation answers; `body` is an object. On the worker.
using JsonOperation = std::function<net::Response(std::string_view operation, json::Value body,
                                                  net::Request const& request)>;

// Refuses a body that is no object, and everything while the worker's queue is full.
void serve_json(Worker& worker, JsonProtocol protocol, net::Request&& request,
                net::Responder responder, JsonOperation operation);

}  // namespace treadle::targets
