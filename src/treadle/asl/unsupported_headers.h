// The headers that tasks of apigateway:invoke and http:invoke may not set.
// Source: Developer Guide, "Create workflows with API Gateway REST APIs", Optional request parameters;
// "Call HTTPS APIs in Step Functions workflows", HTTP Task fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/fields.h"
#include "treadle/asl/model.h"
#include "treadle/asl/report.h"
#include "treadle/json/value.h"

namespace treadle::asl {

// Those among the members of `headers`, in lower case. `service` is "apigateway" or "http"; any other
// may set all. Of "Name.$", as JSONPath writes it, "Name" counts.
[[nodiscard]] auto unsupported_headers(std::string_view service, json::Value headers)
    -> std::vector<std::string>;

// AWS's text.
[[nodiscard]] auto unsupported_headers_message(std::vector<std::string> const& names)
    -> std::string;

// Reports them at Parameters or Arguments. Headers that are computed as a whole are left to the call.
void check_headers(Resource const& resource, Fields const& task, Report& report);

}  // namespace treadle::asl
