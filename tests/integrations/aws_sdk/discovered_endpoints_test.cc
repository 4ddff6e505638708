#include "treadle/integrations/aws_sdk/discovered_endpoints.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace treadle::integrations::aws_sdk {
namespace {

using namespace std::chrono_literals;

auto answer(std::string_view address, int minutes) -> std::string {
  return R"({"Endpoints":[{"Address":")" + std::string(address) + R"(","CachePeriodInMinutes":)" +
         std::to_string(minutes) + "}]}";
}

TEST(ReadEndpoint, Table) {
  struct Case {
    char const* name;
    std::string output;
    std::string url;  // or what the error says
    Milliseconds life{};
  };
  Case const cases[] = {
      {"host", answer("cell1.example.com", 5), "https://cell1.example.com", 5min},
      {"with_scheme", answer("http://127.0.0.1:1", 1), "http://127.0.0.1:1", 1min},
      {"too_long", answer("h", 1'000'000), "https://h", 7 * 24h},
      {"negative", answer("h", -1), "https://h", 0ms},
      {"with_path", answer("h/x", 1), "'h/x' is no endpoint"},
      {"with_user", answer("a@h", 1), "'a@h' is no endpoint"},
      {"none", R"({"Endpoints":[]})", "the answer names no endpoint"},
      {"no_list", "[]", "the answer names no endpoint"},
      {"no_time", R"({"Endpoints":[{"Address":"h"}]})",
       "the answer names an endpoint without address or time"},
  };
  for (auto const& row : cases) {
    SCOPED_TRACE(row.name);
    auto const read = read_endpoint(row.output);
    EXPECT_EQ(read ? read->url : read.error(), row.url);
    EXPECT_EQ(read ? read->life : Milliseconds{}, row.life);
  }
}

class DiscoveredEndpointsTest : public ::testing::Test {
 protected:
  void get(std::string role = {}) {
    endpoints.get(
        {"timestreamwrite", "us-east-1", std::move(role)},
        [this](ServiceDone done) { asked.push_back(std::move(done)); },
        [this](DiscoveredEndpoints::Got const& result) {
          got.push_back(result ? *result : "(none) " + result.error());
        });
  }
  void tell(std::string_view address, int minutes = 10) {
    auto done = std::move(asked.back());
    asked.pop_back();
    done(ServiceAnswer{.output = answer(address, minutes)});
  }
  void fail() {
    auto done = std::move(asked.back());
    asked.pop_back();
    CallProblem problem;
    problem.error = {.code = "AccessDeniedException", .message = "no"};
    done(std::unexpected(std::move(problem)));
  }

  test::FakeClock clock;
  DiscoveredEndpoints endpoints{clock};
  std::vector<ServiceDone> asked;
  std::vector<std::string> got;
};

using Urls = std::vector<std::string>;

TEST_F(DiscoveredEndpointsTest, one_asks_for_all_and_what_is_told_is_kept_for_its_time) {
  get();
  get();
  EXPECT_EQ(asked.size(), 1U);
  tell("one");
  get();
  EXPECT_EQ(got, (Urls{"https://one", "https://one", "https://one"}));
  clock.advance(10min - 1ms);
  get();
  EXPECT_TRUE(asked.empty());
  clock.advance(1ms);
  get();
  ASSERT_EQ(asked.size(), 1U);
  tell("two");
  EXPECT_EQ(got.back(), "https://two");
}

TEST_F(DiscoveredEndpointsTest, other_credentials_may_have_another_cell) {
  get();
  tell("one");
  get("role");
  ASSERT_EQ(asked.size(), 1U);
  tell("two");
  get();
  EXPECT_EQ(got, (Urls{"https://one", "https://two", "https://one"}));
}

TEST_F(DiscoveredEndpointsTest, what_is_not_told_is_said_and_asked_for_again) {
  get();
  fail();
  EXPECT_EQ(got, Urls{"(none) AccessDeniedException: no"});
  get();
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(DiscoveredEndpointsTest, an_old_endpoint_is_used_for_a_minute_where_no_new_one_is_told) {
  get();
  tell("one");
  clock.advance(10min);
  get();
  fail();
  EXPECT_EQ(got.back(), "https://one");
  clock.advance(1min - 1ms);
  get();
  EXPECT_TRUE(asked.empty());
  clock.advance(1ms);
  get();
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(DiscoveredEndpointsTest, one_that_was_refused_is_forgotten_unless_it_is_another_by_now) {
  get();
  tell("one");
  endpoints.refused({"timestreamwrite", "us-east-1", ""}, "https://before");
  get();
  EXPECT_TRUE(asked.empty());
  endpoints.refused({"timestreamwrite", "us-east-1", ""}, "https://one");
  get();
  ASSERT_EQ(asked.size(), 1U);
  fail();
  EXPECT_EQ(got.back(), "(none) AccessDeniedException: no");
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
