// A service's request as it goes over a connection, signed, or to a service of this process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/time.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/integrations/aws_sdk/service_location.h"
#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/net/http_client.h"
#include "treadle/net/http_message.h"
#include "treadle/net/sigv4.h"

namespace treadle::integrations::aws_sdk {

struct WireContext {
  ServiceLocation const& location;
  ServiceModel const& service;
  Operation const& operation;
  Timestamp now;
  Milliseconds time_left;
};

// Not signed without keys.
[[nodiscard]] auto to_http(ServiceRequest const& request, WireContext const& context,
                           std::optional<net::Credentials> const& keys) -> net::ClientRequest;

[[nodiscard]] auto to_local(ServiceRequest const& request, std::string_view service)
    -> net::Request;

// The answer with the headers that a server would have added.
[[nodiscard]] auto from_local(net::Response response, std::string_view request_id)
    -> net::ClientResponse;

}  // namespace treadle::integrations::aws_sdk
