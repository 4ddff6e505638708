#include "treadle/expr/jsonata/date_time.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace treadle::expr::jsonata {
namespace {

constexpr double kTime = 1'585'699'509'087;  // Wednesday, 2020-04-01T00:05:09.087Z
constexpr double kNow = 1'585'699'509'087;

TEST(FormatDateTime, FollowsThePicture) {
  struct {
    char const* picture;
    char const* text;
  } const kCases[] = {
      {"[Y0001]-[M01]-[D01]", "2020-04-01"},
      {"[Y]|[Y01]|[Y,2]|[Y,*-2]|[Y,3-3]|[Y#1]", "2020|20|20|20|020|20"},
      {"[YI] [Yi] [Yw]", "MMXX mmxx two thousand and twenty"},
      {"[M]/[MN]/[Mn]/[MNn]/[MNn,3-3]/[MI]", "4/APRIL/april/April/Apr/IV"},
      {"[D1o] [DWwo] [d] [d001]", "1st First 92 092"},
      {"[F] [FNn] [FN,*-2] [F1]", "wednesday Wednesday WE 3"},
      {"[W] [w] [x] [xNn] [X]", "14 1 4 April 2020"},
      {"[H] [H01] [h] [P] [PN] [PNn]", "0 00 12 am AM am"},
      {"[m]:[s] [m1]:[s1] [f] [f0001]", "05:09 5:9 87 0087"},
      {"[Z] [z] [Z0] [Z01] [Z0001] [Z01:01t] [z0001]", "+00:00 GMT+00:00 +0 +00 +0000 Z GMT+0000"},
      {"[C] [E]", "ISO ISO"},
      {"[[[Y]]] a]b", "[2020] a]b"},
      {"[ Y 0001 , 2 - 2 ]", "20"},
      {"[Y9,999,*]", "2,020"},
      {"[Y٠٠٠٠]", "٢٠٢٠"},
      {"", ""},
  };
  for (auto const& test : kCases)
    EXPECT_EQ(format_date_time(kTime, test.picture), test.text) << test.picture;
}

TEST(FormatDateTime, KnowsWeeks) {
  struct {
    double day;  // at midnight
    char const* text;
  } const kCases[] = {
      {1'104'537'600'000, "2004-W53-6, week 5 of December"},  // 2005-01-01
      {1'230'508'800'000, "2009-W01-1, week 1 of January"},   // 2008-12-29
      {1'420'070'400'000, "2015-W01-4, week 1 of January"},   // 2015-01-01
      {1'533'081'600'000, "2018-W31-3, week 1 of August"},    // 2018-08-01
      {1'582'934'400'000, "2020-W09-6, week 4 of February"},  // 2020-02-29
  };
  for (auto const& test : kCases)
    EXPECT_EQ(format_date_time(test.day, "[X0001]-W[W01]-[F1], week [w] of [xNn]"), test.text);
}

TEST(FormatDateTime, IsIsoWithoutAPicture) {
  struct {
    double time;
    char const* text;
  } const kCases[] = {{0, "1970-01-01T00:00:00.000Z"},
                      {-1.7, "1969-12-31T23:59:59.999Z"},
                      {kTime, "2020-04-01T00:05:09.087Z"},
                      {253'402'300'800'000, "+010000-01-01T00:00:00.000Z"},
                      {-62'198'755'200'000, "-000001-01-01T00:00:00.000Z"},
                      {8.64e15, "+275760-09-13T00:00:00.000Z"},
                      {-8.64e15, "-271821-04-20T00:00:00.000Z"}};
  for (auto const& test : kCases) EXPECT_EQ(format_date_time(test.time), test.text);
  for (auto const time : {8.64e15 + 1, std::nan(""), -1e300})
    EXPECT_EQ(format_date_time(time).error().code, "D3110");
}

TEST(FormatDateTime, MovesToATimeZone) {
  struct {
    char const* timezone;
    char const* text;
  } const kCases[] = {
      {"+0530", "2020-04-01T05:35:09.087+05:30"}, {"-05:30", "2020-03-31T18:35:09.087-05:30"},
      {"530", "2020-04-01T05:35:09.087+05:30"},   {"-0030", "2020-03-31T23:35:09.087-00:30"},
      {"Z", "2020-04-01T00:05:09.087Z"},          {"0000", "2020-04-01T00:05:09.087Z"}};
  for (auto const& test : kCases)
    EXPECT_EQ(format_date_time(kTime, std::nullopt, test.timezone), test.text);
  EXPECT_EQ(format_date_time(kTime, "[Z0]|[Z01]|[Z001]|[z0:01]", "-0730"),
            "-7:30|-07:30|-730|GMT-7:30");
  for (auto const* timezone : {"", "x", "+", "12345", "+5:3", "UTC"})
    EXPECT_EQ(format_date_time(kTime, std::nullopt, timezone).error().code, "D3110") << timezone;
}

TEST(FormatDateTime, RefusesWhatIsNoPicture) {
  struct {
    char const* picture;
    char const* code;
  } const kCases[] = {{"[Yx]", "D3130"}, {"[Mo]", "D3130"},  {"[Y0٠]", "D3131"},
                      {"[q]", "D3132"},  {"[]", "D3132"},    {"[é]", "D3132"},
                      {"[YN]", "D3133"}, {"[sNn]", "D3133"}, {"[Z00000]", "D3134"},
                      {"[ZN]", "D3134"}, {"[Y", "D3135"},    {"[YN]-[M", "D3135"}};
  for (auto const& test : kCases) {
    auto const text = format_date_time(kTime, test.picture);
    ASSERT_FALSE(text) << test.picture;
    EXPECT_EQ(text.error().code, test.code) << test.picture;
  }
  EXPECT_LE(format_date_time(kTime, "[Y,999999999]")->size(), 1'000U);
  EXPECT_FALSE(format_date_time(kTime, std::string(5'000, 'x')));
}

TEST(ParseDateTime, ReadsIso) {
  struct {
    char const* text;
    double time;
  } const kCases[] = {{"2020", 1'577'836'800'000},
                      {"2020-04", 1'585'699'200'000},
                      {"2020-04-01", 1'585'699'200'000},
                      {"2020-04-01Z", 1'585'699'200'000},
                      {"2020-04-01T00:05:09", 1'585'699'509'000},
                      {"2020-04-01T00:05:09.0879Z", kTime},
                      {"2020-04-01T05:35:09.087+0530", kTime},
                      {"2020-03-31T18:35:09.087-05:30", kTime},
                      {"2020-03-31T24:00:00Z", 1'585'699'200'000},
                      {"2020-02-31", 1'583'107'200'000},
                      {"0000-01-01", -62'167'219'200'000}};
  for (auto const& test : kCases) {
    auto const time = parse_date_time(test.text, std::nullopt, kNow);
    ASSERT_TRUE(time && *time) << test.text;
    EXPECT_EQ(**time, test.time) << test.text;
  }
  for (auto const* text :
       {"", "x", "202", "20200401", "2020-4-1", "2020-13-01", "2020-00-01", "2020-01-32",
        "2020-01-01T10", "2020-01-01T10:11Z", "2020-01-01T25:00:00Z", "2020-01-01T24:00:01Z",
        "2020-01-01T10:60:00Z", "2020-01-01T10:11:12.Z", "2020-01-01T10:11:12+1",
        "2020-01-01+01:00", "2020-01-01 10:11:12", "2020-01-01T10:11:12Zx"}) {
    auto const time = parse_date_time(text, std::nullopt, kNow);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, "D3110");
  }
}

TEST(ParseDateTime, FollowsThePicture) {
  struct {
    char const* text;
    char const* picture;
    char const* time;
  } const kCases[] = {
      {"2018-03-07", "[Y]-[M]-[D]", "2018-03-07T00:00:00.000Z"},
      {"20180307121314", "[Y0001][M01][D01][H01][m01][s01]", "2018-03-07T12:13:14.000Z"},
      {"7th march 2018", "[D1o] [MNn] [Y]", "2018-03-07T00:00:00.000Z"},
      {"MAR 2018", "[MNn,3-3] [Y]", "2018-03-01T00:00:00.000Z"},
      {"Friday, VII iii MMXVIII", "[FNn], [DI] [Mi] [YI]", "2018-03-07T00:00:00.000Z"},
      {"twenty-second day of two thousand and eighteen", "[dwo] day of [Yw]",
       "2018-01-22T00:00:00.000Z"},
      {"2018-02-30", "[Y]-[M]-[D]", "2018-03-02T00:00:00.000Z"},
      {"2018-14-01", "[Y]-[M]-[D]", "2019-02-01T00:00:00.000Z"},
      {"1/2/2018 12:30 AM", "[D]/[M]/[Y] [h]:[m] [P]", "2018-02-01T00:30:00.000Z"},
      {"1/2/2018 12:30 pm", "[D]/[M]/[Y] [h]:[m] [P]", "2018-02-01T12:30:00.000Z"},
      {"2018-1-1 10:11:12.5", "[Y]-[M]-[D] [H]:[m]:[s].[f001]", "2018-01-01T10:11:12.500Z"},
      {"2018-1-1 10:11:12.98765", "[Y]-[M]-[D] [H]:[m]:[s].[f]", "2018-01-01T10:11:12.987Z"},
      {"2018 +05:30", "[Y] [Z]", "2017-12-31T18:30:00.000Z"},
      {"2018 -0530", "[Y] [Z0001]", "2018-01-01T05:30:00.000Z"},
      {"2018 GMT-5", "[Y] [z1]", "2018-01-01T05:00:00.000Z"},
      {"2018 z", "[Y] [Z01:01t]", "2018-01-01T00:00:00.000Z"},
      {"[2018]", "[[[Y]]]", "2018-01-01T00:00:00.000Z"},
      // what is left open in front is that of now, 2020-04-01T00:05:09.087Z
      {"13:45", "[H]:[m]", "2020-04-01T13:45:00.000Z"},
      {"7", "[M]", "2020-07-01T00:00:00.000Z"},
      {"59", "[s]", "2020-04-01T00:05:59.000Z"},
      {"Monday", "[FNn]", "2020-04-01T00:05:09.087Z"},
      {"18", "[Y]", "1918-01-01T00:00:00.000Z"},  // as Date.UTC
  };
  for (auto const& test : kCases) {
    auto const time = parse_date_time(test.text, test.picture, kNow);
    ASSERT_TRUE(time && *time) << test.text;
    EXPECT_EQ(format_date_time(**time), test.time) << test.text;
  }
}

TEST(ParseDateTime, FindsNone) {
  struct {
    char const* text;
    char const* picture;
  } const kCases[] = {{"Hello", "Hello"},
                      {"2018x", "[Y]"},
                      {"x", "[Y]"},
                      {"2018", "[Y]-[M]"},
                      {"Smarch", "[MNn]"},
                      {"2018 noon", "[Y] [P]"},
                      {"2018 5", "[Y] [Z]"},
                      {"2018 +5", "[Y] [z]"},
                      {"", "[Y]"},
                      {"300000", "[Y]"},
                      {"2018-9999999999999-1", "[Y]-[M]-[D]"}};
  for (auto const& test : kCases) {
    auto const time = parse_date_time(test.text, test.picture, kNow);
    ASSERT_TRUE(time) << test.text;
    EXPECT_FALSE(*time) << test.text;
  }
}

TEST(ParseDateTime, RefusesGaps) {
  struct {
    char const* text;
    char const* picture;
    char const* code;
  } const kCases[] = {{"2018-1", "[Y]-[D]", "D3136"},
                      {"1 10:11", "[D] [m]:[s]", "D3136"},
                      {"2018-5", "[X]-[W]", "D3136"},
                      {"2018-1-1 5", "[Y]-[M]-[D] [h]", "D3136"},
                      {"2018 ISO", "[Y] [E]", "D3133"},
                      {"1", "[q]", "D3132"},
                      {"2018-1-1 7 am", "[Y]-[M]-[D] [m] [P]", "D3136"}};
  for (auto const& test : kCases) {
    auto const time = parse_date_time(test.text, test.picture, kNow);
    ASSERT_FALSE(time) << test.picture;
    EXPECT_EQ(time.error().code, test.code) << test.picture;
  }
}

}  // namespace
}  // namespace treadle::expr::jsonata
