#include "treadle/logs/log_files.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "treadle/logs/log_reader.h"

namespace treadle::logs {
namespace {

namespace fs = std::filesystem;

class LogFilesTest : public ::testing::Test {
 protected:
  LogFilesTest() {
    auto pattern = (fs::temp_directory_path() / "treadle-log-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~LogFilesTest() override { fs::remove_all(folder_); }

  auto open(std::uint64_t bytes_max = 1'000'000, std::size_t files_max = 3) -> LogFiles& {
    files_.reset();
    files_ =
        *LogFiles::open({.folder = folder_, .file_bytes_max = bytes_max, .files_max = files_max});
    return *files_;
  }
  auto content(std::string const& name) const -> std::string {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  auto names() const -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto const& entry : fs::directory_iterator(folder_))
      out.push_back(entry.path().filename().string());
    std::ranges::sort(out);
    return out;
  }

  fs::path folder_;
  std::unique_ptr<LogFiles> files_;
};

TEST_F(LogFilesTest, AGroupsNameIsItsFiles) {
  auto& files = open();
  EXPECT_TRUE(files.append("/aws/vendedlogs/states/a.1#b", "1\n"));
  EXPECT_TRUE(files.append("../../etc/passwd", "2\n"));
  EXPECT_TRUE(files.append("plain-Name_1", "3\n"));
  EXPECT_EQ(names(), (std::vector<std::string>{"%2E%2E%2F%2E%2E%2Fetc%2Fpasswd.ndjson",
                                               "%2Faws%2Fvendedlogs%2Fstates%2Fa%2E1%23b.ndjson",
                                               "plain-Name_1.ndjson"}));
  std::vector<std::string> groups;
  for (auto const& group : files.groups()) groups.push_back(group.name);
  EXPECT_EQ(groups, (std::vector<std::string>{"../../etc/passwd", "/aws/vendedlogs/states/a.1#b",
                                              "plain-Name_1"}));
  EXPECT_FALSE(files.append(std::string(300, 'x'), "4\n"));
  EXPECT_FALSE(files.append("", "5\n"));
}

TEST_F(LogFilesTest, TheNewestFilesStay) {
  auto& files = open(10, 3);
  for (char c = 'a'; c <= 'f'; ++c) EXPECT_TRUE(files.append("g", std::string(7, c) + "\n"));
  EXPECT_EQ(names(), (std::vector<std::string>{"g.4.ndjson", "g.5.ndjson", "g.ndjson"}));
  EXPECT_EQ(content("g.4.ndjson"), "ddddddd\n");
  EXPECT_EQ(content("g.ndjson"), "fffffff\n");
  auto& again = open(10, 3);
  EXPECT_TRUE(again.append("g", "ggggggg\n"));
  EXPECT_EQ(names(), (std::vector<std::string>{"g.5.ndjson", "g.6.ndjson", "g.ndjson"}));
  EXPECT_EQ(again.groups().front().bytes, 24U);
}

TEST_F(LogFilesTest, ManyLinesAtOnceAreRotatedBetween) {
  auto& files = open(10, 9);
  EXPECT_TRUE(files.append("g", "a\n"));
  EXPECT_TRUE(files.append("g", "bb\nccc\nd\n123456789012345\n1234567890\ne\nf"));
  EXPECT_EQ(names(), (std::vector<std::string>{"g.1.ndjson", "g.2.ndjson", "g.3.ndjson",
                                               "g.4.ndjson", "g.ndjson"}));
  EXPECT_EQ(content("g.1.ndjson"), "a\nbb\nccc\n");
  EXPECT_EQ(content("g.2.ndjson"), "d\n");
  EXPECT_EQ(content("g.3.ndjson"), "123456789012345\n");  // longer than a file may be
  EXPECT_EQ(content("g.4.ndjson"), "1234567890\n");
  EXPECT_EQ(content("g.ndjson"), "e\nf");
}

TEST_F(LogFilesTest, AFileThatCannotBeRotatedGrowsOn) {
  auto& files = open(4, 9);
  EXPECT_TRUE(files.append("g", "abc\n"));
  fs::create_directory(folder_ / "g.1.ndjson");  // in the way of the rotation
  EXPECT_TRUE(files.append("g", "def\nghi\n"));
  EXPECT_EQ(content("g.ndjson"), "abc\ndef\nghi\n");
  EXPECT_EQ(files.append("", "x\n").error(), 0U);
}

TEST_F(LogFilesTest, ALineInPiecesIsCutAway) {
  std::ofstream(folder_ / "g.ndjson") << "whole\npie";
  auto& files = open();
  auto const segments = files.segments("g");
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].size, 6U);  // what is read are whole lines
  EXPECT_TRUE(files.append("g", "next\n"));
  EXPECT_EQ(content("g.ndjson"), "whole\nnext\n");
}

TEST_F(LogFilesTest, NothingIsLeftOfAnErasedGroup) {
  auto& files = open(4);
  for (auto const* line : {"abc\n", "def\n", "ghi\n"}) EXPECT_TRUE(files.append("g", line));
  EXPECT_TRUE(files.append("other", "x\n"));
  files.erase("g");
  EXPECT_FALSE(files.has("g"));
  EXPECT_EQ(names(), std::vector<std::string>{"other.ndjson"});
  EXPECT_TRUE(files.append("g", "new\n"));
  EXPECT_EQ(content("g.ndjson"), "new\n");
}

TEST_F(LogFilesTest, RefusalsOfTheSystemLeaveNothingBehind) {
  auto& files = open();
  fs::create_directory(folder_ / "g.ndjson");
  EXPECT_FALSE(files.append("g", "1\n"));
}

TEST_F(LogFilesTest, EventsAreReadAcrossRotation) {
  auto& files = open(200, 9);
  std::string line;
  for (int i = 0; i < 12; ++i) {
    line.clear();
    append_put(line, {.stream = "s", .timestamp = i, .ingested = i, .message = "m\n\"x\""});
    EXPECT_TRUE(files.append("g", line));
  }
  EXPECT_GT(names().size(), 3U);
  std::vector<std::int64_t> times;
  std::optional<Position> at = Position{};
  std::size_t pages = 0;
  for (; at && pages < 100; ++pages)  // a line a page: places hold across files
    at = visit_events(files, "g", *at, std::nullopt, 1, [&](StoredEvent const& event) {
      EXPECT_EQ(event.message, "m\n\"x\"");
      times.push_back(event.timestamp);
      return Visit::kGoOn;
    });
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(pages, 13U);
}

TEST_F(LogFilesTest, RecordsTellTheirStreamsThemselves) {
  auto& files = open();
  EXPECT_TRUE(files.append(
      "g",
      R"({"id":"1","type":"T","details":{},"previous_event_id":"0","event_timestamp":"1700000000000",)"
      R"("execution_arn":"arn:aws:states:us-east-1:123456789012:express:orders:e:u","redrive_count":"0"})"
      "\nno json\n[1]\n{}\n"));
  std::vector<std::string> streams;
  EXPECT_EQ(visit_events(files, "g", {}, std::nullopt, ~0ULL,
                         [&](StoredEvent const& event) {
                           streams.push_back(event.stream);
                           EXPECT_EQ(event.timestamp, 1'700'000'000'000);
                           EXPECT_TRUE(event.message.starts_with(R"({"id":"1")"));
                           return Visit::kGoOn;
                         }),
            std::nullopt);
  ASSERT_EQ(streams.size(), 1U);
  EXPECT_TRUE(streams[0].starts_with("states/orders/2023-11-14-22-13/")) << streams[0];
}

TEST_F(LogFilesTest, AnyPlaceIsGoodToReadFrom) {
  auto& files = open();
  std::string lines;
  for (int i = 0; i < 3; ++i)
    append_put(lines, {.stream = "s", .timestamp = i, .ingested = i, .message = "m"});
  EXPECT_TRUE(files.append("g", lines));
  for (std::uint64_t offset = 0; offset <= lines.size() + 5; ++offset) {
    std::size_t count = 0;
    (void)visit_events(files, "g", {1, offset}, std::nullopt, ~0ULL, [&](StoredEvent const&) {
      ++count;
      return Visit::kGoOn;
    });
    EXPECT_LE(count, 3U);
    EXPECT_EQ(count == 3U, offset == 0) << offset;
  }
}

}  // namespace
}  // namespace treadle::logs
