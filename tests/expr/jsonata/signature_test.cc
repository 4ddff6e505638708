#include "treadle/expr/jsonata/signature.h"

#include <gtest/gtest.h>

namespace treadle::expr::jsonata {
namespace {

auto types_of(std::string_view letters) -> std::vector<Type> {
  constexpr std::string_view kLetters = "asnblfom";
  auto types = std::vector<Type>();
  for (char const c : letters) types.push_back(static_cast<Type>(1U << kLetters.find(c)));
  return types;
}

struct Row {
  std::string_view name;
  std::string_view signature;
  std::string_view arguments;  // a letter each, as letter_of gives it
  std::vector<std::size_t> taken;
  std::size_t failed_at;  // where `taken` is empty
};

TEST(Signature, SharesOutTheArguments) {
  Row const rows[] = {
      {"one_each", "<sn:b>", "sn", {1, 1}, 0},
      {"optional_missing", "<sn?:b>", "s", {1, 0}, 0},
      {"context_missing", "<s-n:b>", "n", {0, 1}, 0},
      {"context_given", "<s-n:b>", "sn", {1, 1}, 0},
      {"undefined_fits", "<sn:b>", "mn", {1, 1}, 0},
      {"undefined_is_no_function", "<f:b>", "m", {}, 0},
      {"array_takes_anything", "<a:b>", "f", {1}, 0},
      {"several", "<a+>", "aaa", {3}, 0},
      {"several_leave_the_last", "<n+n:n>", "nnn", {2, 1}, 0},
      {"choice", "<(sf)b:b>", "fb", {1, 1}, 0},
      {"json_is_no_function", "<j:b>", "f", {}, 0},
      {"second_is_wrong", "<sn:b>", "ss", {}, 1},
      {"one_too_many", "<s:b>", "ss", {}, 1},
      {"too_few", "<ss:b>", "s", {}, 1},
      {"none", "<:n>", "", {}, 0},
  };
  for (auto const& row : rows) {
    auto const signature = Signature::parse(row.signature);
    ASSERT_TRUE(signature) << row.name;
    auto taken = std::vector<std::size_t>();
    std::size_t failed_at = 0;
    bool const fits = signature->match(types_of(row.arguments), taken, failed_at);
    EXPECT_EQ(fits, !row.taken.empty() || row.name == "none") << row.name;
    if (fits)
      EXPECT_EQ(taken, row.taken) << row.name;
    else
      EXPECT_EQ(failed_at, row.failed_at) << row.name;
  }
}

TEST(Signature, CostsNoMoreThanParametersTimesArguments) {
  auto text = std::string("<");
  for (int i = 0; i < 500; ++i) text += "n+";
  auto const signature = Signature::parse(text + "s>");
  ASSERT_TRUE(signature);
  auto const arguments = std::vector<Type>(1000, Type::kNumber);
  auto taken = std::vector<std::size_t>();
  std::size_t failed_at = 0;
  EXPECT_FALSE(signature->match(arguments, taken, failed_at));
}

}  // namespace
}  // namespace treadle::expr::jsonata
