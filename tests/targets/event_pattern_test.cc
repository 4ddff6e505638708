#include "treadle/targets/event_pattern.h"

#include <string_view>

#include <gtest/gtest.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::targets {
namespace {

struct Case {
  std::string_view name, pattern, event;
  bool matches;
};

constexpr Case kCases[] = {
    {"exact", R"({"source":["a","b"]})", R"({"source":"b"})", true},
    {"exact_other", R"({"source":["a"]})", R"({"source":"b"})", false},
    {"number_by_value", R"({"n":[1]})", R"({"n":1.0})", true},
    {"number_is_no_text", R"({"n":[1]})", R"({"n":"1"})", false},
    {"null", R"({"n":[null]})", R"({"n":null})", true},
    {"absent_is_not_null", R"({"n":[null]})", R"({})", false},
    {"all_members", R"({"a":[1],"b":[2]})", R"({"a":1,"b":3})", false},
    {"nested", R"({"detail":{"state":["on"]}})", R"({"detail":{"state":"on","x":1}})", true},
    {"nested_absent", R"({"detail":{"state":["on"]}})", R"({"detail":1})", false},
    {"array_of_event", R"({"a":["x"]})", R"({"a":["y","x"]})", true},
    {"array_of_objects", R"({"a":{"k":[1]}})", R"({"a":[{"k":2},{"k":1}]})", true},
    {"prefix", R"({"a":[{"prefix":"ord"}]})", R"({"a":"order"})", true},
    {"prefix_not", R"({"a":[{"prefix":"ord"}]})", R"({"a":"an order"})", false},
    {"prefix_no_case", R"({"a":[{"prefix":{"equals-ignore-case":"ORD"}}]})", R"({"a":"order"})",
     true},
    {"suffix", R"({"a":[{"suffix":".png"}]})", R"({"a":"x.png"})", true},
    {"suffix_not", R"({"a":[{"suffix":".png"}]})", R"({"a":"png"})", false},
    {"no_case", R"({"a":[{"equals-ignore-case":"AbC"}]})", R"({"a":"aBc"})", true},
    {"anything_but", R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"z"})", true},
    {"anything_but_hit", R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"y"})", false},
    {"anything_but_absent", R"({"a":[{"anything-but":"x"}]})", R"({})", false},
    {"anything_but_prefix", R"({"a":[{"anything-but":{"prefix":"x"}}]})", R"({"a":"xy"})", false},
    {"anything_but_wildcard", R"({"a":[{"anything-but":{"wildcard":"*x"}}]})", R"({"a":"y"})",
     true},
    {"numeric_range", R"({"n":[{"numeric":[">",0,"<=",5]}]})", R"({"n":5})", true},
    {"numeric_beyond", R"({"n":[{"numeric":[">",0,"<=",5]}]})", R"({"n":5.1})", false},
    {"numeric_equal", R"({"n":[{"numeric":["=",3.018e2]}]})", R"({"n":301.8})", true},
    {"exists", R"({"a":[{"exists":true}]})", R"({"a":null})", true},
    {"exists_not", R"({"a":[{"exists":true}]})", R"({})", false},
    {"absent", R"({"a":[{"exists":false}]})", R"({"b":1})", true},
    {"absent_hit", R"({"a":[{"exists":false}]})", R"({"a":1})", false},
    {"absent_below", R"({"d":{"a":[{"exists":false}]}})", R"({})", true},
    {"wildcard", R"({"a":[{"wildcard":"dir/*/x*"}]})", R"({"a":"dir/y/z/xyz"})", true},
    {"wildcard_not", R"({"a":[{"wildcard":"dir/*/x"}]})", R"({"a":"dir/x"})", false},
    {"wildcard_escaped", R"({"a":[{"wildcard":"a\\*b"}]})", R"({"a":"a*b"})", true},
    {"wildcard_escaped_not", R"({"a":[{"wildcard":"a\\*b"}]})", R"({"a":"axb"})", false},
    {"cidr", R"({"ip":[{"cidr":"10.0.0.0/24"}]})", R"({"ip":"10.0.0.255"})", true},
    {"cidr_not", R"({"ip":[{"cidr":"10.0.0.0/24"}]})", R"({"ip":"10.0.1.0"})", false},
    {"cidr_six", R"({"ip":[{"cidr":"2001:db8::/32"}]})", R"({"ip":"2001:db8::1"})", true},
    {"or", R"({"$or":[{"a":[1]},{"b":[2]}]})", R"({"b":2})", true},
    {"or_not", R"({"c":[1],"$or":[{"a":[1]},{"b":[2]}]})", R"({"a":1})", false},
};

class EventPattern : public testing::TestWithParam<Case> {};

TEST_P(EventPattern, Matches) {
  json::Arena arena;
  auto const pattern = json::parse(arena, GetParam().pattern);
  auto const event = json::parse(arena, GetParam().event);
  ASSERT_TRUE(pattern && event);
  ASSERT_EQ(check_pattern(*pattern), std::nullopt);
  EXPECT_EQ(matches_pattern(*pattern, *event), GetParam().matches);
}
INSTANTIATE_TEST_SUITE_P(Table, EventPattern, testing::ValuesIn(kCases),
                         [](auto const& one) { return std::string(one.param.name); });

TEST(EventPatternCheck, RefusesWhatMeansNothing) {
  for (std::string_view const text :
       {R"([])", R"({})", R"({"a":"x"})", R"({"a":[]})", R"({"a":[{"prefixx":"x"}]})",
        R"({"a":[{"numeric":[">"]}]})", R"({"a":[{"numeric":["~",1]}]})", R"({"a":[{"exists":1}]})",
        R"({"a":[{"cidr":"10.0.0.0/33"}]})", R"({"a":[{"cidr":"10.0.0.0"}]})", R"({"a":[["x"]]})",
        R"({"a":[{"wildcard":"a**b"}]})", R"({"$or":[1]})",
        R"({"a":[{"prefix":"x","suffix":"y"}]})"}) {
    json::Arena arena;
    auto const pattern = json::parse(arena, text);
    ASSERT_TRUE(pattern);
    EXPECT_NE(check_pattern(*pattern), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace treadle::targets
