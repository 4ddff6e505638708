// Service models for tests: a few lines of JSON each.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "treadle/integrations/aws_sdk/service_model.h"

namespace treadle::integrations::aws_sdk::testing {

inline auto read(std::string_view text) -> ServiceModelPtr {
  auto model = read_service_model(text);
  EXPECT_TRUE(model) << model.error();
  return model.value_or(nullptr);
}

// One operation, DoIt, with shapes In and Out; `more` stands in its metadata, `traits` in the operation.
inline auto model_of(std::string_view protocol, std::string_view shapes,
                     std::string_view traits = "", std::string_view more = "") -> ServiceModelPtr {
  return read(fmt::format(
      R"({{"metadata":{{"serviceId":"Odd Service","endpointPrefix":"odd","protocol":"{}","apiVersion":"2020-01-01",)"
      R"("jsonVersion":"1.0","targetPrefix":"Odd"{}}},"operations":{{"DoIt":{{"name":"DoIt",{})"
      R"("input":{{"shape":"In"}},"output":{{"shape":"Out"}},"errors":[{{"shape":"NotThere"}}]}}}},"shapes":{{)"
      R"("Text":{{"type":"string"}},"Int":{{"type":"integer"}},"Long":{{"type":"long"}},"Real":{{"type":"double"}},)"
      R"("Flag":{{"type":"boolean"}},"Time":{{"type":"timestamp"}},"Bytes":{{"type":"blob"}},)"
      R"("Any":{{"type":"structure","document":true,"members":{{}}}},)"
      R"("Texts":{{"type":"list","member":{{"shape":"Text"}}}},)"
      R"("Tags":{{"type":"map","key":{{"shape":"Text"}},"value":{{"shape":"Text"}}}},)"
      R"("NotThere":{{"type":"structure","exception":true,"members":{{}},"error":{{"code":"Gone","httpStatusCode":404}}}},)"
      R"("Events":{{"type":"structure","eventstream":true,"members":{{}}}},{}}}}})",
      protocol, more, traits, shapes));
}

}  // namespace treadle::integrations::aws_sdk::testing
