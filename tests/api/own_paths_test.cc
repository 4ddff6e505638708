#include "treadle/api/own_paths.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace treadle::api::test {
namespace {

// "recent ARN a=b", or "none".
auto shown(std::string_view method, std::string_view target) -> std::string {
  auto const path = read_own_path(method, target, {.region = "eu-central-1", .account = "1"});
  if (!path) return "none";
  constexpr std::string_view kNames[] = {"recent", "stream", "execution", "history", "compensate"};
  auto out = fmt::format("{} {}", kNames[static_cast<std::size_t>(path->what)], path->arn);
  for (auto const& [name, value] : path->query) out += fmt::format(" {}={}", name, value);
  return out;
}

struct Case {
  std::string_view name;
  std::string_view method;
  std::string_view target;
  std::string_view shown;
};

Case const kCases[] = {
    {"recent", "GET", "/v1/state-machines/m/executions/recent",
     "recent arn:aws:states:eu-central-1:1:stateMachine:m"},
    {"stream_of_a_version", "POST", "/v1/state-machines/m:3/executions:stream",
     "stream arn:aws:states:eu-central-1:1:stateMachine:m:3"},
    {"stream_encoded", "POST",
     "/v1/state-machines/m%3Alive/executions%3Astream?ordered=false&parallel=7",
     "stream arn:aws:states:eu-central-1:1:stateMachine:m:live ordered=false parallel=7"},
    {"by_arn", "GET",
     "/v1/state-machines/arn%3Aaws%3Astates%3Ax%3A2%3AstateMachine%3An/executions/recent",
     "recent arn:aws:states:x:2:stateMachine:n"},
    {"name_in_another_script", "GET", "/v1/state-machines/%C3%A4/executions/recent",
     "recent arn:aws:states:eu-central-1:1:stateMachine:\xc3\xa4"},
    {"execution", "GET", "/v1/executions/arn:aws:states:x:2:express:m:e:1",
     "execution arn:aws:states:x:2:express:m:e:1"},
    {"history", "GET", "/v1/executions/arn:x/history?nextToken=a%2Bb&&reverseOrder",
     "history arn:x nextToken=a+b reverseOrder="},
    {"compensate", "POST", "/v1/executions/arn:x/compensate", "compensate arn:x"},
    {"compensate_is_no_get", "GET", "/v1/executions/arn:x/compensate", "none"},
    {"the_last_of_the_same_counts", "GET", "/v1/executions/a?x=1&x=2", "execution a x=2"},
    {"history_of_nothing_is_a_name", "GET", "/v1/executions/history", "execution history"},
    {"other_method", "PUT", "/v1/state-machines/m/executions/recent", "none"},
    {"stream_is_no_get", "GET", "/v1/state-machines/m/executions:stream", "none"},
    {"no_name", "GET", "/v1/state-machines//executions/recent", "none"},
    {"no_execution", "GET", "/v1/executions/", "none"},
    {"a_slash_inside", "GET", "/v1/executions/a/b/history", "none"},
    {"broken_escape", "GET", "/v1/executions/a%4", "none"},
    {"elsewhere", "GET", "/v2/executions/a", "none"},
};

class OwnPathsTest : public ::testing::TestWithParam<Case> {};

TEST_P(OwnPathsTest, reads) {
  EXPECT_EQ(shown(GetParam().method, GetParam().target), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Paths, OwnPathsTest, ::testing::ValuesIn(kCases),
                         [](auto const& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace treadle::api::test
