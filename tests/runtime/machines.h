// Definitions that several tests run.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace treadle::runtime::test {

inline constexpr std::string_view kPass =
    R"({"StartAt":"P","States":{"P":{"Type":"Pass","Result":{"done":1},"End":true}}})";

inline constexpr std::string_view kWait =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":10,"End":true}}})";

// A function task; `more` are further members of the state, each with a comma after it.
inline auto function_task(std::string_view more = "") -> std::string {
  return fmt::format(
      R"({{"StartAt":"T","States":{{"T":{{"Type":"Task",)"
      R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",{}"End":true}}}}}})",
      more);
}

inline auto token_task(std::string_view more = "") -> std::string {
  return fmt::format(
      R"({{"StartAt":"T","States":{{"T":{{"Type":"Task",)"
      R"("Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",)"
      R"("Parameters":{{"FunctionName":"f","Payload":{{"t.$":"$$.Task.Token"}}}},{}"End":true}}}}}})",
      more);
}

inline constexpr std::string_view kActivityArn = "arn:aws:states:us-east-1:123456789012:activity:a";
inline auto activity_task(std::string_view more = "") -> std::string {
  return fmt::format(
      R"({{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{}",{}"End":true}}}}}})",
      kActivityArn, more);
}

// Two branches: a function, and what `other` says (a state named O that ends its branch).
inline auto parallel_of_function_and(std::string_view other) -> std::string {
  return fmt::format(R"({{"StartAt":"B","States":{{"B":{{"Type":"Parallel","End":true,"Branches":[)"
                     R"({{"StartAt":"T","States":{{"T":{{"Type":"Task","End":true,)"
                     R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"}}}}}},)"
                     R"({{"StartAt":"O","States":{{"O":{}}}}}]}}}}}})",
                     other);
}

// Runs until the limit of history events: a Choice that leads to itself.
inline constexpr std::string_view kLoop =
    R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[)"
    R"({"Variable":"$.v","IsPresent":true,"Next":"C"}],"Default":"E"},"E":{"Type":"Succeed"}}})";

// One function for each of $.items, `concurrency` at a time.
inline auto map_of_functions(int concurrency) -> std::string {
  return fmt::format(
      R"({{"StartAt":"M","States":{{"M":{{"Type":"Map","End":true,"MaxConcurrency":{},)"
      R"("ItemsPath":"$.items","ItemProcessor":{{"StartAt":"T","States":{{"T":{{"Type":"Task",)"
      R"("End":true,"Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"}}}}}}}}}}}})",
      concurrency);
}

}  // namespace treadle::runtime::test
