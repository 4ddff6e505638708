// The intake log: what is open after a restart, torn tails, damage.

#include "treadle/runtime/intake_log.h"

#include <algorithm>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/store/store_fixture.h"
#include "treadle/base/random.h"

namespace treadle::runtime {
namespace {

namespace fs = std::filesystem;

class IntakeLogTest : public ::testing::Test {
 protected:
  auto open(std::size_t segment_bytes = std::size_t{1} << 20) -> Result<void, std::string> {
    log_.reset();
    auto opened = TRY(IntakeLog::open({.directory = directory(),
                                       .random = &random_,
                                       .fail_stop = [](std::string const& why) { FAIL() << why; },
                                       .segment_bytes = segment_bytes}));
    log_ = std::move(opened.log);
    found_.clear();
    numbers_.clear();
    for (auto const& entry : opened.open) {
      found_.push_back(entry.bytes);
      numbers_.push_back(entry.number);
    }
    return {};
  }

  // Its number, once it is durable.
  auto append(std::string_view entry) -> IntakeNumber {
    auto batch = log_->new_batch();
    batch.add([&](std::string& out) { out += entry; });
    return append(std::move(batch));
  }
  // The number of its first entry, once it is durable.
  auto append(IntakeBatch batch) -> IntakeNumber {
    std::promise<IntakeNumber> durable;
    IntakeLog::OnDurable done = [&](IntakeNumber number) { durable.set_value(number); };
    EXPECT_TRUE(log_->append(batch, done));
    return durable.get_future().get();
  }
  void ended(IntakeNumber number) {
    auto batch = log_->new_batch();
    batch.add_end(number);
    log_->append_ends(std::move(batch));
  }

  [[nodiscard]] auto directory() const -> fs::path { return folder_.path() / "express"; }
  // The segments' paths, in order.
  [[nodiscard]] auto segments() const -> std::vector<fs::path> {
    std::vector<fs::path> paths;
    for (auto const& entry : fs::directory_iterator(directory())) paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
  }
  static auto read(fs::path const& path) -> std::string {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Of a segment that has room for more.
  static auto written_bytes(fs::path const& path) -> std::size_t {
    return read(path).find_last_not_of('\0') + 1;
  }
  static void write(fs::path const& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  using Texts = std::vector<std::string>;
  store::test::TemporaryDirectory folder_;
  SeededRandom random_{11};
  std::unique_ptr<IntakeLog> log_;
  Texts found_;
  std::vector<IntakeNumber> numbers_;
};

TEST_F(IntakeLogTest, what_has_not_ended_is_there_after_a_restart) {
  ASSERT_TRUE(open());
  append("one");
  auto const two = append("two");
  append(std::string(100'000, 'x'));
  ended(two);
  ASSERT_TRUE(open());
  EXPECT_EQ(found_, (Texts{"one", std::string(100'000, 'x')}));
  ended(numbers_[0]);
  append("four");
  ASSERT_TRUE(open());
  EXPECT_EQ(found_, (Texts{std::string(100'000, 'x'), "four"}));
}

TEST_F(IntakeLogTest, segments_go_oldest_first_once_all_of_their_entries_have_ended) {
  ASSERT_TRUE(open(1));  // every group gets a segment of its own
  auto const one = append("one");
  auto const two = append("two");
  append("three");
  ASSERT_EQ(segments().size(), 3U);
  ended(two);
  append("four");
  EXPECT_EQ(fs::exists(segments().front()), true) << "the end of two must not be lost";
  EXPECT_EQ(segments().front().filename(), "0000000000000001.log");
  ended(one);
  append("five");
  EXPECT_GT(segments().front().filename(), fs::path("0000000000000002.log"));
  ASSERT_TRUE(open(1));
  EXPECT_EQ(found_, (Texts{"three", "four", "five"}));
}

TEST_F(IntakeLogTest, nothing_is_left_on_disk_when_everything_has_ended) {
  ASSERT_TRUE(open());
  ended(append("one"));
  ASSERT_TRUE(open());
  EXPECT_EQ(found_, Texts{});
  EXPECT_EQ(segments().size(), 0U);
}

// A crash may leave any beginning of what was written last.
TEST_F(IntakeLogTest, a_tail_that_was_cut_anywhere_is_tolerated) {
  ASSERT_TRUE(open());
  append("one");
  auto const path = segments().front();
  auto const before = written_bytes(path);
  append("two, which a crash cuts short");
  log_.reset();
  auto const whole = read(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    log_.reset();
    for (auto const& old : segments()) fs::remove(old);
    write(path, whole.substr(0, size));
    auto const opened = open();
    ASSERT_TRUE(opened) << size << ": " << opened.error();
    EXPECT_EQ(found_, size < before ? Texts{} : Texts{"one"}) << size;
    append("after");
    ASSERT_TRUE(open()) << "once more, after " << size;
    EXPECT_EQ(found_.back(), "after");
  }
}

TEST_F(IntakeLogTest, zeros_at_the_end_are_a_torn_tail) {
  ASSERT_TRUE(open());
  append("one");
  log_.reset();
  auto const path = segments().front();
  write(path, read(path) + std::string(4'096, '\0'));
  ASSERT_TRUE(open());
  EXPECT_EQ(found_, Texts{"one"});
}

// A crash leaves the room that a segment has, and of what was written last anything but its beginning.
TEST_F(IntakeLogTest, room_that_was_not_used_is_cut_off) {
  ASSERT_TRUE(open());
  append("one");
  auto const path = segments().front();
  auto const before = written_bytes(path);
  append("two, of which a crash loses the middle");
  auto const crashed = read(path);
  auto const after = written_bytes(path);
  ASSERT_GT(crashed.size(), after);
  for (auto lost = before; lost + 1 < after; ++lost) {
    log_.reset();
    for (auto const& old : segments()) fs::remove(old);
    auto bytes = crashed;
    bytes[lost] = static_cast<char>(~bytes[lost]);
    write(path, bytes);
    ASSERT_TRUE(open()) << lost;
    EXPECT_EQ(found_, Texts{"one"}) << lost;
    EXPECT_EQ(fs::file_size(path), before) << lost;
  }
}

TEST_F(IntakeLogTest, the_entries_of_a_batch_count_on_from_its_first) {
  ASSERT_TRUE(open());
  append("one");
  auto batch = log_->new_batch();
  for (auto const* const entry : {"two", "three", "four"})
    batch.add([&](std::string& out) { out += entry; });
  auto const two = append(std::move(batch));
  auto more = log_->new_batch();
  more.add_end(two + 1);
  more.add([](std::string& out) { out += "five"; });
  more.add_end(two);
  EXPECT_EQ(append(std::move(more)), two + 3);
  ASSERT_TRUE(open());
  EXPECT_EQ(found_, (Texts{"one", "four", "five"}));
  EXPECT_EQ(numbers_, (std::vector<IntakeNumber>{1, 4, 5}));
}

TEST_F(IntakeLogTest, a_first_batch_is_taken_however_large) {
  auto opened = IntakeLog::open({.directory = directory(),
                                 .random = &random_,
                                 .fail_stop = [](std::string const& why) { FAIL() << why; },
                                 .queue_bytes_max = 1});
  ASSERT_TRUE(opened) << opened.error();
  log_ = std::move(opened->log);
  append(std::string(1'000, 'x'));
  ASSERT_TRUE(open());
  EXPECT_EQ(found_, Texts{std::string(1'000, 'x')});
}

// Many threads, whose batches are synced together: what was answered is there.
TEST_F(IntakeLogTest, every_answered_entry_of_a_crowd_is_there) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  ASSERT_TRUE(open(4'096));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEach; ++i) {
        auto const number = append(fmt::format("{} {}", t, i));
        if (i % 2 == 0) ended(number);
      }
    });
  for (auto& thread : threads) thread.join();
  ASSERT_TRUE(open());
  Texts wanted;
  for (int t = 0; t < kThreads; ++t)
    for (int i = 1; i < kEach; i += 2) wanted.push_back(fmt::format("{} {}", t, i));
  std::ranges::sort(wanted);
  std::ranges::sort(found_);
  EXPECT_EQ(found_, wanted);
}

// Every flipped byte before the last record is refused, by the file's name.
TEST_F(IntakeLogTest, damage_before_whole_records_is_refused) {
  ASSERT_TRUE(open());
  append("one");
  auto const path = segments().front();
  auto const last = written_bytes(path);
  append("two");
  log_.reset();
  auto const whole = read(path);
  for (std::size_t at = 0; at < last; ++at) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    write(path, bytes);
    auto const opened = open();
    ASSERT_FALSE(opened) << at;
    EXPECT_NE(opened.error().find(path.string()), std::string::npos) << opened.error();
  }
}

TEST_F(IntakeLogTest, a_segment_that_is_gone_is_refused) {
  ASSERT_TRUE(open(1));
  append("one");
  append("two");
  append("three");
  log_.reset();
  auto const middle = segments()[1];
  fs::remove(middle);
  auto const opened = open(1);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find(middle.string()), std::string::npos) << opened.error();
}

TEST_F(IntakeLogTest, a_torn_segment_that_is_not_the_last_is_refused) {
  ASSERT_TRUE(open(1));
  append("one");
  append("two");
  log_.reset();
  auto const first = segments().front();
  write(first, read(first).substr(0, read(first).size() - 1));
  auto const opened = open(1);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find(first.string()), std::string::npos) << opened.error();
}

// What a payload holds does not pass for a record: the sums are salted.
TEST_F(IntakeLogTest, a_record_inside_a_payload_is_no_record) {
  ASSERT_TRUE(open());
  append("inner");
  log_.reset();
  auto const inner = read(segments().front());
  fs::remove(segments().front());
  ASSERT_TRUE(open());
  append("one");
  append(inner);
  log_.reset();
  auto const path = segments().front();
  auto const bytes = read(path);
  write(path, bytes.substr(0, bytes.size() - 1));
  auto const opened = open();
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_EQ(found_, Texts{"one"});
}

TEST_F(IntakeLogTest, files_are_their_owners_alone) {
  ASSERT_TRUE(open());
  append("one");
  EXPECT_EQ(fs::status(directory()).permissions() & fs::perms::all, fs::perms::owner_all);
  EXPECT_EQ(fs::status(segments().front()).permissions() & fs::perms::all,
            fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace treadle::runtime
