// What only the embedded store promises: it comes back after a crash, and refuses what it can't
// trust.
#include "treadle/store/rocksdb_store.h"

#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/store_fixture.h"

namespace treadle::store::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

auto open_store(fs::path const& directory, SpaceOptions space = {.ballast_bytes = 0})
    -> std::unique_ptr<Store> {
  auto store = open_rocksdb_store({.directory = directory, .space = std::move(space)});
  EXPECT_TRUE(store.has_value()) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

auto refusal(fs::path const& directory) -> StoreError {
  auto store = open_rocksdb_store({.directory = directory, .space = {.ballast_bytes = 0}});
  EXPECT_FALSE(store.has_value());
  return store ? StoreError{} : store.error();
}

auto read_file(fs::path const& path) -> std::string {
  std::stringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void write_file(fs::path const& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// The WAL that is being written.
auto newest_wal(fs::path const& directory) -> fs::path {
  fs::path newest;
  for (auto const& entry : fs::directory_iterator(directory / "db")) {
    if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
  }
  return newest;
}

auto row_key(std::size_t number) -> std::string {
  auto const digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

// Sizes that put records inside a block, across blocks and over several.
auto row_value(std::size_t number) -> std::string {
  return std::string(number % 10 == 9 ? 40'000 : 100 + number * 37 % 900,
                     static_cast<char>('a' + number % 26));
}

class RocksDbStore : public ::testing::Test {
 protected:
  [[nodiscard]] auto path() const -> fs::path { return directory_.path() / "data"; }
  TemporaryDirectory directory_;
};

TEST_F(RocksDbStore, rows_and_identity_outlive_the_process) {
  EntityId identity;
  Secret secret = {};
  {
    auto const store = open_store(path());
    identity = store->identity();
    secret = store->secret();
    put(*store, Table::kHead, "closed", "1");
    EXPECT_TRUE(store->flush_and_close().has_value());
  }
  {
    auto const store = open_store(path());
    put(*store, Table::kHead, "dropped", "2");
  }
  auto const store = open_store(path());
  EXPECT_EQ(store->identity(), identity);
  EXPECT_EQ(store->secret(), secret);
  EXPECT_EQ(get(*store, Table::kHead, "closed"), "1");
  EXPECT_EQ(get(*store, Table::kHead, "dropped"), "2");
}

TEST_F(RocksDbStore, only_the_owner_can_read_the_directory) {
  auto const store = open_store(path());
  for (auto const& entry : fs::recursive_directory_iterator(directory_.path())) {
    struct stat stats = {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &stats), 0);
    EXPECT_EQ(stats.st_mode & 077U, 0U) << entry.path();
  }
}

TEST_F(RocksDbStore, a_directory_in_use_is_refused) {
  auto const store = open_store(path());
  auto const error = refusal(path());
  EXPECT_EQ(error.kind, StoreError::Kind::kInUse);
  EXPECT_THAT(error.message, HasSubstr("another treadle (pid " + std::to_string(::getpid()) + ")"));
}

TEST_F(RocksDbStore, a_newer_format_is_refused_untouched) {
  open_store(path())->flush_and_close();
  write_file(path() / "format", "treadle data, format 2\n");
  auto const contents = [this] {
    std::map<fs::path, std::string> files;
    for (auto const& entry : fs::directory_iterator(path() / "db")) {
      files[entry.path()] = read_file(entry.path());
    }
    return files;
  };
  auto const before = contents();
  auto const error = refusal(path());
  EXPECT_EQ(error.kind, StoreError::Kind::kFormat);
  EXPECT_THAT(error.message, HasSubstr("newer treadle (format 2; this one reads 1)"));
  EXPECT_EQ(contents(), before);
}

TEST_F(RocksDbStore, a_damaged_format_file_is_refused) {
  open_store(path())->flush_and_close();
  for (std::string_view const text :
       {"", "treadle data, format 1", "treadle data, format x\n", "1\n"}) {
    write_file(path() / "format", text);
    EXPECT_EQ(refusal(path()).kind, StoreError::Kind::kCorrupt) << text;
  }
}

TEST_F(RocksDbStore, a_directory_that_is_not_ours_is_refused) {
  fs::create_directories(path());
  write_file(path() / "thesis.txt", "do not touch");
  auto const error = refusal(path());
  EXPECT_EQ(error.kind, StoreError::Kind::kArgument);
  EXPECT_THAT(error.message, HasSubstr("thesis.txt"));
  EXPECT_FALSE(fs::exists(path() / "db"));
}

TEST_F(RocksDbStore, a_file_is_no_directory) {
  write_file(path(), "");
  EXPECT_EQ(refusal(path()).kind, StoreError::Kind::kArgument);
}

TEST_F(RocksDbStore, a_database_that_is_gone_is_not_made_anew) {
  open_store(path())->flush_and_close();
  fs::remove_all(path() / "db");
  EXPECT_NE(refusal(path()).message, "");
  EXPECT_FALSE(fs::exists(path() / "db" / "CURRENT"));
}

TEST_F(RocksDbStore, a_first_start_that_was_interrupted_is_finished) {
  auto const identity = [this] { return open_store(path())->identity(); };
  auto const first = identity();
  fs::remove(path() / "format");
  EXPECT_EQ(identity(), first);
  EXPECT_TRUE(fs::exists(path() / "format"));
}

TEST_F(RocksDbStore, a_table_file_that_is_gone_or_short_is_refused) {
  {
    auto const store = open_store(path());
    put(*store, Table::kHead, "k", "1");
    store->flush_and_close();
  }
  fs::path table;
  for (auto const& entry : fs::directory_iterator(path() / "db")) {
    if (entry.path().extension() == ".sst") table = entry.path();
  }
  ASSERT_FALSE(table.empty());
  fs::resize_file(table, fs::file_size(table) - 1);
  EXPECT_EQ(refusal(path()).kind, StoreError::Kind::kCorrupt);
  fs::remove(table);
  auto const error = refusal(path());
  EXPECT_EQ(error.kind, StoreError::Kind::kCorrupt);
  EXPECT_THAT(error.message, HasSubstr(table.stem().string()));
}

// --- a crash

// A directory as a crash leaves it, with `count` rows committed one by one, and where each ended in
// the WAL.
class AfterCrash : public RocksDbStore {
 protected:
  static constexpr std::size_t kRows = 60;

  void SetUp() override {
    open_store(path())->flush_and_close();  // so that the WAL holds nothing but the rows
    auto const store = open_store(path());
    wal_ = newest_wal(path()).filename();
    for (std::size_t i = 0; i < kRows; ++i) {
      ASSERT_EQ(put(*store, Table::kJournal, row_key(i), row_value(i)), CommitOutcome::kCommitted);
      ends_.push_back(fs::file_size(path() / "db" / wal_));
    }
    fs::copy(path(), crashed_, fs::copy_options::recursive);
    bytes_ = read_file(crashed_ / "db" / wal_);
    ASSERT_EQ(bytes_.size(), ends_.back());
  }

  // A copy of the crashed directory with another WAL.
  auto with_wal(std::string_view bytes) -> fs::path {
    auto const copy = directory_.path() / "copy";
    fs::remove_all(copy);
    fs::copy(crashed_, copy, fs::copy_options::recursive);
    write_file(copy / "db" / wal_, bytes);
    return copy;
  }

  fs::path const crashed_ = directory_.path() / "crashed";
  fs::path wal_;
  std::vector<std::uintmax_t> ends_;
  std::string bytes_;
};

TEST_F(AfterCrash, a_torn_tail_costs_nothing_that_was_acknowledged_before_it) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut <= bytes_.size(); cut += 4'093) cuts.push_back(cut);
  for (auto const end : ends_) {
    for (std::size_t const cut : {end - 8, end - 1, end, end + 1, end + 6, end + 7})
      cuts.push_back(cut);
  }
  for (auto const cut : cuts) {
    if (cut > bytes_.size()) continue;
    SCOPED_TRACE(cut);
    auto const store = open_store(with_wal(std::string_view(bytes_).substr(0, cut)));
    ASSERT_NE(store, nullptr);
    auto const acknowledged = static_cast<std::size_t>(
        std::ranges::count_if(ends_, [cut](auto end) { return end <= cut; }));
    auto const rows = store->scan(Table::kJournal, {});
    ASSERT_TRUE(rows.has_value());
    ASSERT_EQ(rows->size(), acknowledged);
    for (std::size_t i = 0; i < rows->size(); ++i) {
      ASSERT_EQ((*rows)[i], (Row{row_key(i), row_value(i)}));
    }
  }
}

TEST_F(AfterCrash, a_flipped_bit_anywhere_in_the_log_is_refused_by_name) {
  std::vector<std::size_t> places;
  for (std::size_t at = 3; at < bytes_.size(); at += 3'001) places.push_back(at);
  for (std::size_t at = 0; at < 40; ++at) {
    places.push_back(at);  // the first header and what follows
    places.push_back(static_cast<std::size_t>(ends_[50]) + at);  // one in the last block
    places.push_back(static_cast<std::size_t>(ends_[58]) + at);  // the last record
  }
  for (auto const at : places) {
    for (unsigned const bit : {0U, 6U}) {
      SCOPED_TRACE(testing::Message() << "byte " << at << " bit " << bit);
      auto flipped = bytes_;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
      auto const error = refusal(with_wal(flipped));
      ASSERT_EQ(error.kind, StoreError::Kind::kCorrupt) << error.message;
      ASSERT_THAT(error.message, HasSubstr(wal_.string()));
    }
  }
}

TEST_F(AfterCrash, recovering_twice_is_recovering_once) {
  auto const directory = with_wal(std::string_view(bytes_).substr(0, bytes_.size() - 1));
  for (int start = 0; start < 3; ++start) {
    auto const store = open_store(directory);
    EXPECT_EQ(scan_keys(*store, Table::kJournal).size(), kRows - 1);
  }
}

TEST_F(AfterCrash, a_log_with_a_group_missing_in_the_middle_is_refused) {
  // A record of its own for each of the first rows: cutting one out leaves a sound log with a gap.
  auto const gone = bytes_.substr(0, ends_[2]) + bytes_.substr(ends_[3]);
  ASSERT_LT(ends_[3], 32'768U);
  auto const error = refusal(with_wal(gone.substr(0, ends_[5] - (ends_[3] - ends_[2]))));
  EXPECT_EQ(error.kind, StoreError::Kind::kCorrupt);
  EXPECT_THAT(error.message, HasSubstr("follows group"));
}

// --- a process that is killed

constexpr char const* kChildDirectory = "TREADLE_TEST_CHILD_DIRECTORY";

// Run in a process of its own by the test below: commits rows for ever, and tells of each on
// file 3.
TEST(RocksDbStoreChild, DISABLED_commits_until_it_is_killed) {
  auto const* const directory = std::getenv(kChildDirectory);
  ASSERT_NE(directory, nullptr);
  auto const store = open_store(directory);
  ASSERT_NE(store, nullptr);
  auto const first = scan_keys(*store, Table::kJournal, {.limit = 1'000'000}).size();
  for (std::size_t i = first;; ++i) {
    Batch batch;
    batch.put(Table::kJournal, row_key(i), row_value(i));
    batch.put(Table::kHead, "count", std::to_string(i + 1));
    store->submit(std::move(batch), [](CommitOutcome outcome) {
      if (outcome == CommitOutcome::kCommitted) static_cast<void>(!::write(3, "+", 1));
    });
  }
}

class Child {
 public:
  explicit Child(fs::path const& directory) {
    int ends[2] = {};
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], 3);
      ::setenv(kChildDirectory, directory.c_str(), 1);
      ::execl("/proc/self/exe", "test_store", "--gtest_also_run_disabled_tests", "--gtest_brief=1",
              "--gtest_filter=RocksDbStoreChild.*", nullptr);
      std::_Exit(127);
    }
    ::close(ends[1]);
    acknowledgements_ = ends[0];
  }
  Child(Child const&) = delete;
  auto operator=(Child const&) -> Child& = delete;
  ~Child() { ::close(acknowledgements_); }

  // Waits for that many acknowledgements more; fewer if the child ends.
  auto await(std::size_t count) -> std::size_t {
    std::string bytes(count, '\0');
    std::size_t total = 0;
    while (total < count) {
      auto const got = ::read(acknowledgements_, bytes.data(), count - total);
      if (got <= 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

  // Kills it; how many more it had acknowledged.
  auto kill() -> std::size_t {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    return await(1'000'000);
  }

  [[nodiscard]] auto pid() const -> pid_t { return pid_; }

 private:
  pid_t pid_ = 0;
  int acknowledgements_ = -1;
};

TEST_F(RocksDbStore, nothing_acknowledged_is_lost_when_the_process_is_killed) {
  std::size_t acknowledged = 0;
  for (std::size_t life = 0; life < 4; ++life) {
    SCOPED_TRACE(life);
    Child child(path());
    auto const told = child.await(100 + 300 * life);
    EXPECT_EQ(told, 100 + 300 * life);
    auto const error = refusal(path());
    EXPECT_EQ(error.kind, StoreError::Kind::kInUse);
    EXPECT_THAT(error.message, HasSubstr("(pid " + std::to_string(child.pid()) + ")"));
    acknowledged += told + child.kill();

    auto const store = open_store(path());
    ASSERT_NE(store, nullptr);
    auto const rows = store->scan(Table::kJournal, {.limit = 1'000'000});
    ASSERT_TRUE(rows.has_value());
    ASSERT_GE(rows->size(), acknowledged);
    for (std::size_t i = 0; i < rows->size(); ++i) {
      ASSERT_EQ((*rows)[i], (Row{row_key(i), row_value(i)}));
    }
    EXPECT_EQ(get(*store, Table::kHead, "count"), std::to_string(rows->size()));
    acknowledged = rows->size();  // committed, though the answer may not have got out
  }
}

// --- writes that fail

// While it lives, no file of this process may grow beyond some size: a real write(2) fails, with
// EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit const now = {.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  FileSizeLimit(FileSizeLimit const&) = delete;
  auto operator=(FileSizeLimit const&) -> FileSizeLimit& = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_ = {};
};

TEST_F(RocksDbStore, after_a_write_that_fails_nothing_is_acknowledged_any_more) {
  auto store = open_store(path());
  ASSERT_EQ(put(*store, Table::kHead, "before", "1"), CommitOutcome::kCommitted);
  {
    FileSizeLimit const limit(fs::file_size(newest_wal(path())) + 10);
    EXPECT_EQ(put(*store, Table::kHead, "failing", "1"), CommitOutcome::kFailed);
  }
  EXPECT_EQ(put(*store, Table::kHead, "after", "1"), CommitOutcome::kFailed);
  EXPECT_EQ(commit(*store, {}), CommitOutcome::kFailed);
  ASSERT_TRUE(store->failure().has_value());
  EXPECT_THAT(store->failure()->message, HasSubstr((path() / "db").string()));
  EXPECT_EQ(get(*store, Table::kHead, "before"), "1");
  EXPECT_FALSE(store->flush_and_close().has_value());

  // A failed store gives its database up only with the process; a copy stands for the next one.
  fs::copy(path(), directory_.path() / "copy", fs::copy_options::recursive);
  store = open_store(directory_.path() / "copy");
  EXPECT_FALSE(store->failure().has_value());
  EXPECT_EQ(get(*store, Table::kHead, "before"), "1");
  EXPECT_EQ(get(*store, Table::kHead, "after"), std::nullopt);
  EXPECT_EQ(put(*store, Table::kHead, "after", "1"), CommitOutcome::kCommitted);
}

TEST_F(RocksDbStore, a_full_disk_makes_batches_wait_and_they_go_on_without_help) {
  std::atomic<std::uint64_t> free_bytes = 1'000'000'000;
  auto const store = open_store(path(), {.low_bytes = 500'000'000,
                                         .floor_bytes = 1'000'000,
                                         .ballast_bytes = 0,
                                         .measure = [&free_bytes](auto const&) {
                                           return DiskFigures{free_bytes, 2'000'000'000};
                                         }});
  EXPECT_EQ(store->space().state, SpaceState::kPlenty);
  free_bytes = 400'000'000;
  EXPECT_EQ(store->space().state, SpaceState::kLow);
  free_bytes = 1'000;
  Batch batch;
  batch.put(Table::kPayload, "k", std::string(2'000'000, 'x'));
  std::promise<CommitOutcome> outcome;
  store->submit(std::move(batch), [&outcome](CommitOutcome told) { outcome.set_value(told); });
  while (store->space().state != SpaceState::kFull) std::this_thread::yield();
  EXPECT_GT(store->pressure(), 0.0);
  free_bytes = 1'000'000'000;
  EXPECT_EQ(outcome.get_future().get(), CommitOutcome::kCommitted);
  EXPECT_EQ(store->space().state, SpaceState::kPlenty);
}

TEST_F(RocksDbStore, closing_on_a_full_disk_does_not_wait_for_ever) {
  std::atomic<std::uint64_t> free_bytes = 1'000'000'000;
  auto const store = open_store(
      path(), {.floor_bytes = 1'000'000, .ballast_bytes = 0, .measure = [&free_bytes](auto const&) {
                 return DiskFigures{free_bytes, 2'000'000'000};
               }});
  free_bytes = 0;
  Batch batch;
  batch.put(Table::kPayload, "k", std::string(2'000'000, 'x'));
  auto told = CommitOutcome::kCommitted;
  store->submit(std::move(batch), [&told](CommitOutcome outcome) { told = outcome; });
  auto const closed = store->flush_and_close();
  EXPECT_EQ(told, CommitOutcome::kFailed);
  ASSERT_FALSE(closed.has_value());
  EXPECT_EQ(closed.error().kind, StoreError::Kind::kSpace);
}

}  // namespace
}  // namespace treadle::store::test
