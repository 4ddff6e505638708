// Checked parameters as the body of a request, one function a format; private to the folder.
#pragma once

#include <string>

#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/json/value.h"

namespace treadle::integrations::aws_sdk {

// Members of the input that stand elsewhere (in the path, in headers) are left out of a body.

[[nodiscard]] auto write_json_body(ServiceModel const& service, Shape const& shape,
                                   json::Value parameters) -> std::string;

// The same of a payload member that is the whole body.
[[nodiscard]] auto write_json_payload(ServiceModel const& service, Member const& payload,
                                      json::Value value) -> std::string;

// Form-encoded, with Action and Version; of Protocol::kQuery and kEc2.
[[nodiscard]] auto write_form_body(ServiceModel const& service, Operation const& operation,
                                   json::Value parameters) -> std::string;

// An element whose name and namespace are those of `root`.
[[nodiscard]] auto write_xml_body(ServiceModel const& service, Member const& root,
                                  json::Value value) -> std::string;

}  // namespace treadle::integrations::aws_sdk
