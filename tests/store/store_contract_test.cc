// The contract of store.h, run against every store.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "tests/store/store_fixture.h"
#include "treadle/store/memory_store.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::store::test {
namespace {

using Keys = std::vector<std::string>;

// A store and the directory it may live in, made anew for each test.
struct StoreKind {
  std::string_view name;
  auto (*make)(std::filesystem::path const& directory, CommitLimits const& limits)
      -> std::unique_ptr<Store>;
  bool calls_back_inline;
};

auto make_threaded(std::filesystem::path const&, CommitLimits const& limits)
    -> std::unique_ptr<Store> {
  return make_memory_store({.mode = CommitMode::kThread, .limits = limits});
}

auto make_inline(std::filesystem::path const&, CommitLimits const& limits)
    -> std::unique_ptr<Store> {
  return make_memory_store({.mode = CommitMode::kInline, .limits = limits});
}

auto make_rocksdb(std::filesystem::path const& directory, CommitLimits const& limits)
    -> std::unique_ptr<Store> {
  auto store = open_rocksdb_store({.directory = directory, .limits = limits});
  EXPECT_TRUE(store.has_value()) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

StoreKind const kKinds[] = {
    {"memory", make_threaded, false},
    {"memory_inline", make_inline, true},
    {"rocksdb", make_rocksdb, false},
};

class StoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  void make(CommitLimits const& limits = {}) {
    store_ = GetParam().make(directory_.path() / "data", limits);
  }
  void SetUp() override { make(); }

  // Holds up the commit thread inside a callback until the gate opens.
  class Gate {
   public:
    void close_on(Store& store) {
      store.submit({}, [this](CommitOutcome) {
        std::unique_lock lock(mutex_);
        reached_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
      });
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return reached_; });
    }
    void open() {
      std::lock_guard const lock(mutex_);
      open_ = true;
      changed_.notify_all();
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool reached_ = false;
    bool open_ = false;
  };

  TemporaryDirectory directory_;
  Gate gate_;
  std::unique_ptr<Store> store_;  // last: until it is gone its callbacks use the gate
};

TEST_P(StoreContract, a_row_that_was_never_written_is_absent) {
  EXPECT_EQ(get(*store_, Table::kHead, "k"), std::nullopt);
}

TEST_P(StoreContract, reads_see_the_last_write_of_a_row) {
  EXPECT_EQ(put(*store_, Table::kHead, "k", "1"), CommitOutcome::kCommitted);
  EXPECT_EQ(put(*store_, Table::kHead, "k", "2"), CommitOutcome::kCommitted);
  EXPECT_EQ(get(*store_, Table::kHead, "k"), "2");
}

TEST_P(StoreContract, of_several_writes_in_a_batch_the_last_counts) {
  Batch batch;
  batch.put(Table::kHead, "a", "1");
  batch.erase(Table::kHead, "a");
  batch.put(Table::kHead, "b", "1");
  batch.erase(Table::kHead, "b");
  batch.put(Table::kHead, "b", "2");
  EXPECT_EQ(commit(*store_, std::move(batch)), CommitOutcome::kCommitted);
  EXPECT_EQ(get(*store_, Table::kHead, "a"), std::nullopt);
  EXPECT_EQ(get(*store_, Table::kHead, "b"), "2");
}

TEST_P(StoreContract, tables_are_apart) {
  put(*store_, Table::kHead, "k", "head");
  put(*store_, Table::kTimer, "k", "timer");
  EXPECT_EQ(get(*store_, Table::kHead, "k"), "head");
  EXPECT_EQ(get(*store_, Table::kTimer, "k"), "timer");
  EXPECT_EQ(get(*store_, Table::kOutbox, "k"), std::nullopt);
  EXPECT_EQ(scan_keys(*store_, Table::kTimer), Keys({"k"}));
}

TEST_P(StoreContract, keys_and_values_are_any_bytes) {
  using namespace std::string_literals;
  auto const odd = "\0\xff\x80/\0"s;
  std::string const large(1'000'000, '\xfe');
  put(*store_, Table::kPayload, odd, large);
  put(*store_, Table::kPayload, "", "empty key");
  put(*store_, Table::kPayload, "empty value", "");
  EXPECT_EQ(get(*store_, Table::kPayload, odd), large);
  EXPECT_EQ(get(*store_, Table::kPayload, ""), "empty key");
  EXPECT_EQ(get(*store_, Table::kPayload, "empty value"), "");
  EXPECT_EQ(scan_keys(*store_, Table::kPayload), Keys({"", odd, "empty value"}));
}

TEST_P(StoreContract, multi_get_answers_in_the_order_asked) {
  put(*store_, Table::kHead, "a", "1");
  put(*store_, Table::kJournal, "b", "2");
  RowName const names[] = {
      {Table::kJournal, "b"}, {Table::kHead, "none"}, {Table::kHead, "a"}, {Table::kJournal, "b"}};
  auto const values = store_->multi_get(names);
  ASSERT_TRUE(values.has_value());
  EXPECT_EQ(*values, (std::vector<std::optional<std::string>>{"2", std::nullopt, "1", "2"}));
}

struct ScanCase {
  std::string_view name;
  ScanOptions options;
  Keys expected;
};

ScanCase const kScans[] = {
    {"all", {}, {"a", "b", "b\xff", "c"}},
    {"all_descending", {.direction = Direction::kDescending}, {"c", "b\xff", "b", "a"}},
    {"from_is_inclusive", {.from = "b"}, {"b", "b\xff", "c"}},
    {"to_is_exclusive", {.to = "c"}, {"a", "b", "b\xff"}},
    {"between_keys", {.from = "aa", .to = "bb"}, {"b"}},
    {"descending_keeps_the_range",
     {.from = "b", .to = "c", .direction = Direction::kDescending},
     {"b\xff", "b"}},
    {"limit", {.limit = 2}, {"a", "b"}},
    {"limit_descending", {.direction = Direction::kDescending, .limit = 2}, {"c", "b\xff"}},
    {"limit_zero", {.limit = 0}, {}},
    {"empty_range", {.from = "b", .to = "b"}, {}},
    {"range_the_wrong_way_round", {.from = "c", .to = "a"}, {}},
    {"to_is_empty", {.to = ""}, {}},
    {"past_the_end", {.from = "d"}, {}},
};

TEST_P(StoreContract, scan) {
  for (auto const table : {Table::kTimer, Table::kList, Table::kMapRun}) {
    for (auto const* key : {"c", "a", "b\xff", "b"}) put(*store_, table, key, "v");
  }
  for (auto const& c : kScans) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(scan_keys(*store_, Table::kTimer, c.options), c.expected);
    EXPECT_EQ(scan_keys(*store_, Table::kMapRun, c.options), c.expected);
  }
}

TEST_P(StoreContract, scan_skips_erased_rows_and_shows_values) {
  for (auto const* key : {"a", "b", "c"}) put(*store_, Table::kTimer, key, key);
  Batch batch;
  batch.erase(Table::kTimer, "b");
  commit(*store_, std::move(batch));
  auto const rows = store_->scan(Table::kTimer, {});
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(*rows, (std::vector<Row>{{"a", "a"}, {"c", "c"}}));
}

TEST_P(StoreContract, a_precondition_that_holds_lets_the_batch_pass) {
  put(*store_, Table::kHead, "k", "1");
  Batch batch;
  batch.expect(Table::kHead, "k", "1");
  batch.expect(Table::kHead, "none", std::nullopt);
  batch.put(Table::kHead, "k", "2");
  EXPECT_EQ(commit(*store_, std::move(batch)), CommitOutcome::kCommitted);
  EXPECT_EQ(get(*store_, Table::kHead, "k"), "2");
}

TEST_P(StoreContract, a_precondition_that_fails_refuses_the_whole_batch) {
  put(*store_, Table::kHead, "k", "1");
  struct Refused {
    std::string_view name;
    std::string_view key;
    std::optional<std::string_view> expected;
  };
  for (auto const& c :
       {Refused{"another_value", "k", "0"}, Refused{"prefix_of_value", "k", ""},
        Refused{"should_be_absent", "k", std::nullopt}, Refused{"should_be_there", "none", "1"},
        Refused{"absent_is_not_empty", "none", ""}}) {
    SCOPED_TRACE(c.name);
    Batch batch;
    batch.put(Table::kTimer, "t", "written before");
    batch.expect(Table::kHead, "k", "1");
    batch.expect(Table::kHead, c.key, c.expected);
    batch.put(Table::kHead, "k", "2");
    EXPECT_EQ(commit(*store_, std::move(batch)), CommitOutcome::kConflict);
    EXPECT_EQ(get(*store_, Table::kHead, "k"), "1");
    EXPECT_EQ(get(*store_, Table::kTimer, "t"), std::nullopt);
  }
}

TEST_P(StoreContract, preconditions_see_the_state_before_the_batch_itself) {
  Batch batch;
  batch.put(Table::kHead, "k", "1");
  batch.expect(Table::kHead, "k", std::nullopt);
  EXPECT_EQ(commit(*store_, std::move(batch)), CommitOutcome::kCommitted);
}

// All of it lands in one group: the first callback is submitted from while the commit thread runs
// it.
TEST_P(StoreContract, preconditions_see_earlier_batches_of_the_same_group) {
  std::vector<CommitOutcome> told;
  auto const submit = [&](std::optional<std::string_view> expected,
                          std::optional<std::string_view> value) {
    Batch batch;
    batch.expect(Table::kHead, "k", expected);
    if (value) {
      batch.put(Table::kHead, "k", *value);
    } else {
      batch.erase(Table::kHead, "k");
    }
    store_->submit(std::move(batch), [&told](CommitOutcome outcome) { told.push_back(outcome); });
  };
  std::promise<void> submitted;
  store_->submit({}, [&](CommitOutcome) {
    submit(std::nullopt, "1");
    submit("1", "2");
    submit("1", "3");  // too late
    submit("2", std::nullopt);
    submit(std::nullopt, "4");
    submit(std::nullopt, "5");  // too late
    submitted.set_value();
  });
  submitted.get_future().wait();
  commit(*store_, {});
  using enum CommitOutcome;
  EXPECT_EQ(told,
            (std::vector{kCommitted, kCommitted, kConflict, kCommitted, kCommitted, kConflict}));
  EXPECT_EQ(get(*store_, Table::kHead, "k"), "4");
}

TEST_P(StoreContract, a_refused_batch_leaves_nothing_for_later_preconditions) {
  std::vector<CommitOutcome> told;
  std::promise<void> submitted;
  store_->submit({}, [&](CommitOutcome) {
    auto const note = [&told](CommitOutcome outcome) { told.push_back(outcome); };
    Batch refused;
    refused.expect(Table::kHead, "none", "1");
    refused.put(Table::kHead, "k", "1");
    store_->submit(std::move(refused), note);
    Batch next;
    next.expect(Table::kHead, "k", std::nullopt);
    store_->submit(std::move(next), note);
    submitted.set_value();
  });
  submitted.get_future().wait();
  commit(*store_, {});
  EXPECT_EQ(told, (std::vector{CommitOutcome::kConflict, CommitOutcome::kCommitted}));
}

TEST_P(StoreContract, of_many_contenders_for_one_row_each_round_has_one_winner) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  std::atomic<int> wins = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        auto const key = std::to_string(round);
        Batch batch;
        batch.expect(Table::kName, key, std::nullopt);
        batch.put(Table::kName, key, "taken");
        if (commit(*store_, std::move(batch)) == CommitOutcome::kCommitted) ++wins;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wins, kRounds);
}

TEST_P(StoreContract, callbacks_come_once_each_in_submission_order) {
  constexpr int kCount = 2'000;
  std::vector<int> told;
  for (int i = 0; i < kCount; ++i) {
    Batch batch;
    batch.put(Table::kJournal, std::to_string(i), std::string(100, 'x'));
    if (i % 7 == 0) batch.expect(Table::kHead, "none", "refused");
    store_->submit(std::move(batch), [&told, i](CommitOutcome) { told.push_back(i); });
  }
  commit(*store_, {});
  ASSERT_EQ(told.size(), kCount);
  for (int i = 0; i < kCount; ++i) EXPECT_EQ(told[static_cast<std::size_t>(i)], i);
}

TEST_P(StoreContract, a_callback_reads_its_own_batch) {
  std::promise<std::optional<std::string>> read;
  Batch batch;
  batch.put(Table::kHead, "k", "1");
  store_->submit(std::move(batch),
                 [&](CommitOutcome) { read.set_value(get(*store_, Table::kHead, "k")); });
  EXPECT_EQ(read.get_future().get(), "1");
}

TEST_P(StoreContract, inline_callbacks_have_run_when_submit_returns) {
  if (!GetParam().calls_back_inline) GTEST_SKIP() << "calls back on a thread";
  auto told = CommitOutcome::kFailed;
  store_->submit({}, [&told](CommitOutcome outcome) { told = outcome; });
  EXPECT_EQ(told, CommitOutcome::kCommitted);
}

TEST_P(StoreContract, a_full_queue_makes_submitters_wait_and_loses_nothing) {
  if (GetParam().calls_back_inline) GTEST_SKIP() << "never queues";
  store_.reset();
  make({.queue_batches_max = 4});
  gate_.close_on(*store_);
  EXPECT_LT(store_->pressure(), 0.5);

  constexpr int kCount = 20;
  std::atomic<int> submitted = 0;
  std::atomic<int> told = 0;
  std::jthread submitter([&] {
    for (int i = 0; i < kCount; ++i) {
      store_->submit({}, [&told](CommitOutcome) { ++told; });
      ++submitted;
    }
  });
  while (store_->pressure() < 1.0) std::this_thread::yield();
  EXPECT_LE(submitted, 4);
  gate_.open();
  submitter.join();
  commit(*store_, {});
  EXPECT_EQ(told, kCount);
}

TEST_P(StoreContract, the_queue_is_bounded_by_bytes_and_takes_one_batch_of_any_size) {
  if (GetParam().calls_back_inline) GTEST_SKIP() << "never queues";
  store_.reset();
  make({.queue_bytes_max = 1'000});
  EXPECT_EQ(put(*store_, Table::kPayload, "large", std::string(100'000, 'x')),
            CommitOutcome::kCommitted);
  gate_.close_on(*store_);
  Batch batch;
  batch.put(Table::kPayload, "k", std::string(500, 'x'));
  store_->submit(std::move(batch), [](CommitOutcome) {});
  EXPECT_GT(store_->pressure(), 0.5);
  EXPECT_LT(store_->pressure(), 1.0);
  gate_.open();
}

TEST_P(StoreContract, a_callback_may_submit_though_the_queue_is_full) {
  store_.reset();
  make({.queue_batches_max = 2});
  std::promise<void> last;
  store_->submit({}, [&](CommitOutcome) {
    for (int i = 0; i < 10; ++i) store_->submit({}, [](CommitOutcome) {});
    store_->submit({}, [&last](CommitOutcome) { last.set_value(); });
  });
  last.get_future().wait();
}

TEST_P(StoreContract, closing_commits_what_is_queued_and_refuses_the_rest) {
  std::atomic<int> committed = 0;
  for (int i = 0; i < 100; ++i) {
    Batch batch;
    batch.put(Table::kJournal, std::to_string(i), "x");
    store_->submit(std::move(batch), [&committed](CommitOutcome outcome) {
      committed += outcome == CommitOutcome::kCommitted ? 1 : 0;
    });
  }
  EXPECT_TRUE(store_->flush_and_close().has_value());
  EXPECT_EQ(committed, 100);

  auto told = CommitOutcome::kCommitted;
  store_->submit({}, [&told](CommitOutcome outcome) { told = outcome; });
  EXPECT_EQ(told, CommitOutcome::kFailed);
  auto const read = store_->get(Table::kJournal, "1");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, StoreError::Kind::kClosed);
  EXPECT_FALSE(store_->scan(Table::kJournal, {}).has_value());
  EXPECT_FALSE(store_->multi_get({}).has_value());
  EXPECT_TRUE(store_->flush_and_close().has_value());
}

TEST_P(StoreContract, readers_see_whole_batches_while_others_write) {
  constexpr int kWrites = 300;
  std::atomic<bool> writing = true;
  std::jthread reader([&] {
    while (writing) {
      RowName const names[] = {{Table::kHead, "a"}, {Table::kTimer, "b"}};
      auto const both = store_->multi_get(names);
      ASSERT_TRUE(both.has_value());
      ASSERT_EQ((*both)[0], (*both)[1]);
    }
  });
  for (int i = 0; i < kWrites; ++i) {
    Batch batch;
    batch.put(Table::kHead, "a", std::to_string(i));
    batch.put(Table::kTimer, "b", std::to_string(i));
    EXPECT_EQ(commit(*store_, std::move(batch)), CommitOutcome::kCommitted);
  }
  writing = false;
}

TEST_P(StoreContract, identity_and_secret_are_drawn_for_each_store) {
  auto const other = GetParam().make(directory_.path() / "other", {});
  EXPECT_NE(store_->identity(), EntityId{});
  EXPECT_NE(store_->identity(), other->identity());
  EXPECT_NE(store_->secret(), Secret{});
  EXPECT_NE(store_->secret(), other->secret());
}

TEST_P(StoreContract, a_healthy_store_says_so) {
  EXPECT_FALSE(store_->failure().has_value());
  EXPECT_EQ(store_->pressure(), 0.0);
  put(*store_, Table::kPayload, "k", std::string(10'000, 'x'));
  EXPECT_GE(store_->approximate_bytes(), 10'000U);
}

INSTANTIATE_TEST_SUITE_P(stores, StoreContract, ::testing::ValuesIn(kKinds),
                         [](auto const& kind) { return std::string(kind.param.name); });

TEST(Batch, knows_whether_it_holds_anything) {
  Batch batch;
  EXPECT_TRUE(batch.empty());
  batch.expect(Table::kHead, "k", std::nullopt);
  EXPECT_FALSE(batch.empty());
  EXPECT_FALSE(batch.has_writes());
  batch.erase(Table::kHead, "k");
  EXPECT_TRUE(batch.has_writes());
  auto const before = batch.bytes();
  batch.put(Table::kHead, "k", std::string(100, 'x'));
  EXPECT_GE(batch.bytes(), before + 100);
}

TEST(BatchDeathTest, does_not_touch_the_rows_of_the_store_itself) {
  Batch batch;
  EXPECT_DEATH(batch.put(Table::kMeta, "store/format", "9"), "assertion failed");
  EXPECT_DEATH(batch.erase(Table::kMeta, "store/secret"), "assertion failed");
}

}  // namespace
}  // namespace treadle::store::test
