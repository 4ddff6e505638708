#include "treadle/expr/jsonata/regex.h"

#include <string>

#include <gtest/gtest.h>

namespace treadle::expr::jsonata {
namespace {

// "2-3 [group][-]", "none", or the error's code.
auto first_match(char const* pattern, char const* flags, std::string_view text) -> std::string {
  auto const regex = Regex::compile(pattern, flags);
  if (!regex) return regex.error().code;
  auto const subject = Subject(text);
  auto const match = regex->match(subject, 0);
  if (!match) return match.error().code;
  if (!*match) return "none";
  auto out = std::to_string((*match)->begin) + "-" + std::to_string((*match)->end);
  for (auto const& group : (*match)->groups)
    out += group ? "[" + subject.text_of(*group) + "]" : std::string("[-]");
  return out;
}

TEST(Regex, MatchesAsJavaScript) {
  struct {
    char const* pattern;
    char const* flags;
    char const* text;
    char const* match;
  } const kCases[] = {
      {"b+", "", "abbb", "1-4"},
      {"B", "i", "abc", "1-2"},
      {"^b", "", "a\nb", "none"},
      {"^b", "m", "a\nb", "2-3"},
      {"a$", "", "a\n", "none"},
      {"a$", "m", "a\u2028b", "0-1"},
      {"a.b", "", "a\rb", "none"},
      {"a.b", "", "a\vb", "0-3"},
      {"^.$", "", "💩", "none"},  // two units
      {"^..$", "", "💩", "0-2"},
      {"(.)", "", "💩", "0-1[\xED\xA0\xBD]"},
      {"\\uD83D\\uDCA9", "", "x💩", "1-3"},
      {"\\ud800", "", "a\xED\xA0\x80", "1-2"},
      {"é", "", "aé", "1-2"},
      {"É", "i", "aé", "1-2"},
      {"[À-Ö]", "i", "é", "0-1"},
      {"s", "i", "\u017F", "none"},
      {"é|k", "i", "\u212A", "none"},
      {"\\d", "", "٣", "none"},
      {"\\w", "", "é", "none"},
      {"\\s", "", "a\ufeff", "1-2"},
      {"\\S", "", "\u00a0b", "1-2"},
      {"\\bé", "", "aé", "1-2"},  // é is no letter of a word
      {"[^]", "", "\n", "0-1"},
      {"[]", "", "a", "none"},
      {"[\\]a]+", "", "x]a", "1-3"},
      {"[\\w-é]+", "", "a-é", "0-3"},
      {"[\\d\\S]", "", " x", "1-2"},
      {"[\\b]", "", "\b", "0-1"},
      {"]}{", "", "]}{", "0-3"},
      {"a{,2}", "", "a{,2}", "0-5"},
      {"a{2,}", "", "aaa", "0-3"},
      {"a{1,70000}?", "", "aaa", "0-1"},
      {"\\x41\\u0042\\cJ\\0", "", "AB\n\x01", "none"},
      {"\\x41\\u0042\\cJ", "", "AB\n", "0-3"},
      {"\\x4\\u004\\A\\z", "", "x4u004Az", "0-8"},
      {"\\101\\8", "", "A8", "0-2"},
      {"(a)|(b)", "", "b", "0-1[-][b]"},
      {"(?:(a)|b)\\1c", "", "bc", "0-2[-]"},  // what took no part matches nothing
      {"\\2(a)(b)", "", "ab", "0-2[a][b]"},
      {"(?<year>\\d+)-\\k<year>", "", "7-7", "0-3[7]"},
      {"\\k<a>", "", "k<a>", "0-4"},
      {"(?<=\\$)\\d+", "", "a$42", "2-4"},
      {"(?<!\\$)\\d+", "", "$4 5", "3-4"},
      {"a(?=b)", "", "acab", "2-3"},
      {"(?=a)*b", "", "b", "0-1"},
      {"a(?!b)", "", "abac", "2-3"},
      {"(a+)+$", "", "aaab", "none"},
      {"#x y", "", "#x y", "0-4"},
      {"[[:alpha:]]", "", "a]", "0-2"},
  };
  for (auto const& test : kCases)
    EXPECT_EQ(first_match(test.pattern, test.flags, test.text), test.match) << test.pattern;
}

TEST(Regex, RefusesWhatIsNone) {
  struct {
    char const* pattern;
    char const* reason;
  } const kCases[] = {
      {"(", "Unterminated group"},
      {")", "Unmatched ')'"},
      {"[a", "Unterminated character class"},
      {"a**", "Nothing to repeat"},
      {"a++", "Nothing to repeat"},
      {"{2}", "Nothing to repeat"},
      {"(*UTF)a", "Nothing to repeat"},
      {"(?<=a)*", "Nothing to repeat"},
      {"a{2,1}", "numbers out of order in {} quantifier"},
      {"[b-a]", "Range out of order in character class"},
      {"\\", "\\ at end of pattern"},
      {"(?i:a)", "Invalid group"},
      {"(?<1>a)", "Invalid capture group name"},
      {"(?<a>b)(?<a>c)", "Duplicate capture group name"},
      {"(?<a>b)\\k<c>", "Invalid named capture referenced"},
      {"(?<a>b)\\k", "Invalid named reference"},
  };
  for (auto const& test : kCases) {
    auto const regex = Regex::compile(test.pattern, "");
    ASSERT_FALSE(regex) << test.pattern;
    EXPECT_EQ(regex.error().code, "S0302");
    EXPECT_EQ(regex.error().message,
              "Invalid regular expression: /" + std::string(test.pattern) + "/: " + test.reason);
  }
  EXPECT_FALSE(Regex::compile(std::string(1'000, '(') + std::string(1'000, ')'), ""));
  EXPECT_FALSE(Regex::compile(std::string(20'000, 'a'), ""));
}

TEST(Regex, ContinuesBehindAMatch) {
  auto const regex = Regex::compile("a", "");
  auto const subject = Subject("aba");
  ASSERT_TRUE(regex);
  EXPECT_EQ((*regex->match(subject, 1))->begin, 2U);
  EXPECT_FALSE(*regex->match(subject, 3));
  EXPECT_FALSE(*regex->match(subject, 4));
}

TEST(Regex, EndsWhatWouldTakeForEver) {
  auto const text = std::string(40, 'a') + "b";
  EXPECT_EQ(first_match("(a+)+$", "", text), "D1012");
  EXPECT_EQ(first_match("^(a|aa)+$", "", text), "D1012");
  EXPECT_EQ(first_match("(a*)*c", "", std::string(5'000, 'a')), "none");  // no c at all
}

TEST(Regex, FindsWhatIsFarAway) {
  auto const text = std::string(200'000, 'a') + "b";
  EXPECT_EQ(first_match("[ab]*b$", "", text), "0-200001");
  EXPECT_EQ(first_match("^(?:a|b)*$", "", text), "0-200001");
  EXPECT_EQ(first_match("(?:a|b)*$", "", text), "0-200001");
  EXPECT_EQ(first_match("b", "", text), "200000-200001");
}

TEST(Regex, AsksWhetherTimeIsOver) {
  auto const regex = Regex::compile("\\d+[xy]", "");
  ASSERT_TRUE(regex);
  auto const subject = Subject(std::string(2'000, '1'));
  auto const searched = regex->match(subject, 0);
  EXPECT_TRUE(searched && !*searched);
  std::function<bool(std::chrono::milliseconds)> const is_over = [](auto) { return true; };
  auto const ended = regex->match(subject, 0, {.is_over = &is_over});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, "D1012");
}

}  // namespace
}  // namespace treadle::expr::jsonata
