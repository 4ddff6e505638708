// What a request says: chosen, masked, cut.
#include "treadle/approvals/request_facts.h"

#include <gtest/gtest.h>

namespace treadle::approvals {
namespace {

constexpr std::string_view kStart = "TABCDEFGHIJKLMNOPQRSTUVWXYZab";
constexpr std::string_view kToken = "TABCDEFGHIJKLMNOPQRSTUVWXYZabTHE-REST_of-it";

auto facts_of(std::string const& parameters) -> RequestFacts {
  return RequestFacts(parameters, kStart);
}

TEST(RequestFacts, are_the_scalars_of_the_payload) {
  auto const facts = facts_of(
      R"({"FunctionName":"f","Payload":{"a":1,"b":{"c":"x","d":{"e":2}},"l":[1],"n":null,"t":")" +
      std::string(kToken) + R"("}})");
  EXPECT_EQ(facts.scalars(), (std::vector<Fact>{{"a", "1"}, {"b.c", "x"}, {"n", "null"}}));
}

TEST(RequestFacts, show_no_token) {
  auto const facts = facts_of(R"({"url":"https://h/a?token=)" + std::string(kToken) + R"(&x=1"})");
  EXPECT_EQ(facts.scalars(), (std::vector<Fact>{{"url", "https://h/a?token=(task token)&x=1"}}));
  EXPECT_EQ(facts.fill_in("go to {$.url}"), "go to https://h/a?token=(task token)&x=1");
}

TEST(RequestFacts, fill_titles_in) {
  auto const facts = facts_of(R"({"a":{"b":[10,20]},"s":"two\nlines","q":{"k":1}})");
  EXPECT_EQ(facts.fill_in("{$.a.b[1]} and {$.s}"), "20 and two lines");
  EXPECT_EQ(facts.fill_in("{$.none} {$.a.b[2]} {$.a.b[x]} {$"), "? ? ? {$");
  EXPECT_EQ(facts.fill_in("{$['q']['k']}"), "1");
  EXPECT_EQ(facts.fill_in("no {braces}"), "no {braces}");
}

TEST(RequestFacts, are_cut_between_characters) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += "ü";
  auto const facts = facts_of(R"({"t":")" + text + R"("})");
  EXPECT_EQ(facts.scalars().at(0).value.size(), 999U * 2 + 3);
  EXPECT_TRUE(facts.fill_in("{$.t}").ends_with("ü…"));
}

TEST(RequestFacts, are_twenty_at_most) {
  std::string object = "{";
  for (int i = 0; i < 50; ++i) object += (i ? "," : "") + ("\"k" + std::to_string(i) + "\":1");
  EXPECT_EQ(facts_of(object + "}").scalars().size(), 20U);
  EXPECT_EQ(facts_of(R"({"Fields":)" + object + "}}").own_fields().size(), 20U);
}

TEST(RequestFacts, of_what_is_no_object_are_none) {
  for (auto const* text : {"1", "[1]", "null", "\"x\"", "no json"}) {
    EXPECT_TRUE(facts_of(text).scalars().empty()) << text;
    EXPECT_EQ(facts_of(text).at("$.a"), nullptr) << text;
  }
}

}  // namespace
}  // namespace treadle::approvals
