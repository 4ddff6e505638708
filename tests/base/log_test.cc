#include "treadle/base/log.h"

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/base/utf8.h"

namespace treadle {
namespace {

constexpr Timestamp kTime{Milliseconds{1'763'888'887'123}};

auto line(std::string_view message, std::initializer_list<LogField> fields) -> std::string {
  return format_log_line(kTime, LogLevel::kInfo, message, fields);
}

auto line_of(std::string const& rest) -> std::string {
  return R"({"time":"2025-11-23T09:08:07.123Z","level":"info","message":)" + rest + "}\n";
}

TEST(LogLine, HasFieldsOfEveryKind) {
  EXPECT_EQ(
      line("started", {{"text", "a"},
                       {"string", std::string("b")},
                       {"count", 7U},
                       {"change", -7},
                       {"ratio", 0.5},
                       {"ok", true}}),
      line_of(R"("started","text":"a","string":"b","count":7,"change":-7,"ratio":0.5,"ok":true)"));
  EXPECT_EQ(line("x", {{"ratio", std::numeric_limits<double>::infinity()}}),
            line_of(R"("x","ratio":null)"));
}

TEST(LogLine, EscapesWhatATerminalMightObey) {
  EXPECT_EQ(line("a\"\\\n\x1b[2J\x7f\u009b", {}), line_of(R"("a\"\\\u000a\u001b[2J\u007f\u009b")"));
  EXPECT_EQ(line("é\xFF€\xED\xA0\x80", {}), line_of("\"é\uFFFD€\uFFFD\uFFFD\uFFFD\""));
}

TEST(LogLine, KeepsToItsLength) {
  auto const long_text = line(std::string(20'000, '\x01'), {{"lost", "x"}, {"number", 1}});
  EXPECT_LE(long_text.size(), kLogLineBytesMax);
  EXPECT_GT(long_text.size(), kLogLineBytesMax - 64);
  EXPECT_TRUE(long_text.ends_with("\"truncated\":true}\n"));
  for (std::size_t size = 7'900; size < 8'300; ++size) {
    std::string wide;
    while (wide.size() < size) utf8::append(wide, U'€');
    auto const text = line("m", {{"wide", wide}, {"after", 12'345}, {"text", "t"}});
    ASSERT_LE(text.size(), kLogLineBytesMax) << size;
    ASSERT_TRUE(utf8::is_valid(text)) << size;
    ASSERT_TRUE(text.ends_with("}\n")) << size;
  }
}

TEST(LogLevel, IsParsed) {
  EXPECT_EQ(parse_log_level("warning"), LogLevel::kWarning);
  EXPECT_EQ(parse_log_level("off"), LogLevel::kOff);
  EXPECT_FALSE(parse_log_level("Info"));
  EXPECT_FALSE(parse_log_level(""));
}

TEST(Log, WritesWhatTheLevelLetsThrough) {
  testing::internal::CaptureStderr();
  log(LogLevel::kDebug, "unseen");
  log(LogLevel::kInfo, "seen");
  set_log_level(LogLevel::kError);
  log(LogLevel::kWarning, "unseen");
  log(LogLevel::kError, "seen, too");
  set_log_level(LogLevel::kOff);
  log(LogLevel::kError, "unseen");
  log(LogLevel::kOff, "unseen");
  set_log_level(LogLevel::kInfo);
  auto const text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("unseen"), std::string::npos) << text;
  EXPECT_NE(text.find("\"level\":\"info\",\"message\":\"seen\"}\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\"level\":\"error\",\"message\":\"seen, too\"}\n"), std::string::npos)
      << text;
}

TEST(Log, NeverMixesLines) {
  constexpr int kLines = 200;
  testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> threads;
    for (char const letter : {'a', 'b', 'c', 'd'}) {
      threads.emplace_back([letter] {
        for (int i = 0; i < kLines; ++i) log(LogLevel::kInfo, std::string(300, letter));
      });
    }
  }
  auto const text = testing::internal::GetCapturedStderr();
  int whole = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = text.find('\n', begin);
    ASSERT_NE(end, std::string::npos);
    auto const one = text.substr(begin, end - begin);
    auto const letter = one[one.size() - 3];
    EXPECT_TRUE(one.ends_with("\"message\":\"" + std::string(300, letter) + "\"}")) << one;
    ++whole;
    begin = end + 1;
  }
  EXPECT_EQ(whole, 4 * kLines);
}

}  // namespace
}  // namespace treadle
