#include "treadle/integrations/optimized/http_parameters.h"

#include <string>

#include <gtest/gtest.h>

#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::optimized {
namespace {

TEST(HttpParameters, FormsOfArrays) {
  struct Case {
    char const* body;
    ArrayFormat format;
    char const* encoded;
  };
  auto const* const array = R"({"array":["a","b c"]})";
  Case const cases[] = {
      {array, ArrayFormat::kIndices, "array%5B0%5D=a&array%5B1%5D=b%20c"},
      {array, ArrayFormat::kRepeat, "array=a&array=b%20c"},
      {array, ArrayFormat::kCommas, "array=a%2Cb%20c"},
      {array, ArrayFormat::kBrackets, "array%5B%5D=a&array%5B%5D=b%20c"},
      {R"({"a":{"b":1,"c":[true]},"d":null})", ArrayFormat::kIndices,
       "a%5Bb%5D=1&a%5Bc%5D%5B0%5D=true&d="},
      {"{}", ArrayFormat::kIndices, ""},
  };
  for (auto const& c : cases) {
    json::Arena arena;
    EXPECT_EQ(form_encode(*json::parse(arena, c.body), c.format), c.encoded) << c.body;
  }
}

TEST(HttpParameters, Headers) {
  json::Arena arena;
  auto const read = [&](std::string_view text) {
    return read_headers("http", *json::parse(arena, text));
  };
  auto const headers = read(R"({"A":"1","B":["2","3"],"N":5})");
  ASSERT_TRUE(headers);
  EXPECT_EQ(headers->count("b"), 2U);
  EXPECT_EQ(headers->find("n"), "5");
  EXPECT_EQ(read(R"({"hOsT":"x","A":"1","X-AMZ-Date":"x"})").error(),
            "The 'Headers' field contains unsupported values: [host, x-amz-date]");
  for (auto const* wrong : {R"({"A":{}})", R"({"A":[{}]})", "[]", R"("A")"})
    EXPECT_EQ(read(wrong).error(), "The value of the field 'Headers' has an invalid format");
  auto const lists = [&](std::string_view text) {
    return read_headers("apigateway", *json::parse(arena, text));
  };
  EXPECT_EQ(lists(R"({"A":["1","2"]})")->count("a"), 2U);
  EXPECT_FALSE(lists(R"({"A":"1"})"));
}

TEST(HttpParameters, NullsAndOutputs) {
  json::Arena arena;
  EXPECT_EQ(json::print(
                without_nulls(arena, *json::parse(arena, R"({"a":null,"b":[1,null,{"c":null}]})"))),
            R"({"b":[1,{}]})");
  net::ClientResponse response{.status = 201,
                               .headers = {{"Content-Type", "application/json"}, {"X", "1"}},
                               .body = R"({"a": 1.0})"};
  EXPECT_EQ(http_output(response),
            R"({"Headers":{"Content-Type":["application/json"],"X":["1"]},)"
            R"("ResponseBody":{"a":1.0},"StatusCode":201,"StatusText":"Created"})");
  response.body = "{";
  EXPECT_TRUE(http_output(response).contains(R"("ResponseBody":"{")"));
  response.body = "\xff";
  EXPECT_FALSE(is_text(response));
  response = {.status = 200, .headers = {{"X", "caf\xe9"}}, .body = ""};
  EXPECT_TRUE(http_output(response).contains(R"("X":["café"])"));
  response = {.status = 200, .headers = {{"Content-Type", "image/png"}}, .body = "a"};
  EXPECT_FALSE(is_text(response));
}

}  // namespace
}  // namespace treadle::integrations::optimized
