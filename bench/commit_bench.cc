// Durable commits a second of the RocksDB store beside a bare log with the same bytes, the same
// number in flight, the same driver, in the same run.
//
// usage: commit_bench [--rows] [--in-flight N] [--rounds N] [--seconds S] DIRECTORY
//
// A commit is one packed row of 900 B, or with --rows five rows of 900 B together, one of them
// checked by a precondition and overwritten, as a transition does. The rounds alternate between log
// and store; figures are medians over the rounds.
#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "treadle/store/fdatasync_probe.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::store {
namespace {

using Clock = std::chrono::steady_clock;

struct Settings {
  std::filesystem::path directory;
  bool is_in_rows = false;
  std::vector<std::size_t> in_flight = {1, 16, 128, 1024};
  int rounds = 5;
  double seconds = 2.0;
};

struct Figures {
  double commits_per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
  double cpu_us_per_commit = 0;
};

constexpr std::size_t kRecordBytes = 900;

auto cpu_seconds() -> double {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// As compressible as journal records are: words of a small vocabulary between random ids.
auto make_text(std::mt19937_64& random, std::size_t bytes) -> std::string {
  constexpr std::string_view kWords[] = {
      "\"order\":",   "\"status\":\"", "TaskStateEntered", "{\"id\":\"",
      "\"approved\"", "\"amount\":",   "States.Timeout",   "},"};
  std::string text;
  while (text.size() < bytes) {
    text += kWords[random() % std::size(kWords)];
    text += fmt::format("{:x}", random());
  }
  text.resize(bytes);
  return text;
}

// Keeps `in_flight` commits going for a while: whatever is done is submitted anew by the driver's
// thread.
class Driver {
 public:
  using Submit = std::function<void(std::size_t slot, std::function<void(bool)> done)>;

  static auto run(std::size_t in_flight, double seconds, Submit const& submit) -> Figures {
    Driver driver(in_flight);
    auto const cpu_before = cpu_seconds();
    auto const start = Clock::now();
    auto const end =
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    std::vector<std::size_t> slots(in_flight);
    for (std::size_t slot = 0; slot < in_flight; ++slot) slots[slot] = slot;
    std::size_t open = 0;
    while (true) {
      bool const goes_on = Clock::now() < end;
      for (auto const slot : slots) {
        if (!goes_on) break;
        driver.started_[slot] = Clock::now();
        ++open;
        submit(slot, [&driver, slot](bool is_durable) { driver.finish(slot, is_durable); });
      }
      if (open == 0) break;
      slots = driver.wait();
      open -= slots.size();
    }
    return driver.figures(std::chrono::duration<double>(Clock::now() - start).count(),
                          cpu_seconds() - cpu_before);
  }

 private:
  explicit Driver(std::size_t in_flight) : started_(in_flight) {}

  void finish(std::size_t slot, bool is_durable) {
    std::lock_guard const lock(mutex_);
    if (!is_durable) std::abort();
    finished_.push_back(slot);
    times_.push_back(
        std::chrono::duration<double, std::micro>(Clock::now() - started_[slot]).count());
    if (finished_.size() == 1) changed_.notify_one();
  }

  auto wait() -> std::vector<std::size_t> {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !finished_.empty(); });
    return std::exchange(finished_, {});
  }

  auto figures(double seconds, double cpu) -> Figures {
    std::ranges::sort(times_);
    auto const count = static_cast<double>(times_.size());
    return {.commits_per_second = count / seconds,
            .p50_us = times_[times_.size() / 2],
            .p99_us = times_[times_.size() * 99 / 100],
            .cpu_us_per_commit = cpu * 1e6 / count};
  }

  std::vector<Clock::time_point> started_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::size_t> finished_;
  std::vector<double> times_;
};

// Key bytes as the journal has them: partition, execution, number.
auto make_key(std::size_t slot, std::uint64_t number) -> std::string {
  auto const mixed = (slot + 1) * 0x9E3779B97F4A7C15U;
  std::string key(1, static_cast<char>(mixed >> 56U));
  key.append(reinterpret_cast<char const*>(&mixed), sizeof mixed);
  key.append(reinterpret_cast<char const*>(&slot), sizeof slot);
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

class Workload {
 public:
  Workload(Settings const& settings, std::size_t in_flight)
      : settings_(settings), numbers_(in_flight), heads_(in_flight) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 64; ++i) texts_.push_back(make_text(random, kRecordBytes));
  }

  auto next(std::size_t slot) -> Batch {
    Batch batch;
    auto const number = ++numbers_[slot];
    std::string_view const text = texts_[(number * 31 + slot) % texts_.size()];
    if (!settings_.is_in_rows) {
      batch.put(Table::kJournal, make_key(slot, number), text.substr(0, 870));
      return batch;
    }
    auto const head_key = make_key(slot, 0);
    auto const old_head = std::exchange(heads_[slot], fmt::format("{:060}", number));
    if (!old_head.empty()) batch.expect(Table::kHead, head_key, old_head);
    batch.put(Table::kHead, head_key, heads_[slot]);
    batch.put(Table::kJournal, make_key(slot, number), text.substr(0, 450));
    batch.put(Table::kPayload, make_key(slot, number), text.substr(450, 250));
    batch.put(Table::kOutbox, make_key(slot, number), text.substr(0, 30));
    if (number > 1) batch.erase(Table::kOutbox, make_key(slot, number - 1));
    return batch;
  }

 private:
  Settings const& settings_;
  std::vector<std::uint64_t> numbers_;
  std::vector<std::string> heads_;
  std::vector<std::string> texts_;
};

auto run_log(Settings const& settings, std::size_t in_flight) -> Figures {
  auto const log = BareLog::create(settings.directory / "bare_log");
  if (!log) return {};
  std::string const record(kRecordBytes, 'r');
  return Driver::run(in_flight, settings.seconds,
                     [&](std::size_t, auto done) { (*log)->append(record, std::move(done)); });
}

auto run_store(Settings const& settings, Workload& workload, std::size_t in_flight, Store& store)
    -> Figures {
  return Driver::run(in_flight, settings.seconds, [&](std::size_t slot, auto done) {
    auto batch = workload.next(slot);
    store.submit(std::move(batch), [done = std::move(done)](CommitOutcome outcome) {
      done(outcome != CommitOutcome::kFailed);
    });
  });
}

template <typename Member>
auto median(std::vector<Figures> const& rounds, Member member) -> double {
  std::vector<double> values;
  for (auto const& figures : rounds) values.push_back(figures.*member);
  std::ranges::sort(values);
  return values[values.size() / 2];
}

auto run_all(Settings const& settings) -> int {
  std::filesystem::create_directories(settings.directory);
  auto const probe = probe_fdatasync(settings.directory, 4096, 500);
  if (!probe) {
    fmt::print(stderr, "{}\n", probe.error().message);
    return 1;
  }
  auto const us = [](auto t) { return static_cast<double>(t.count()) / 1000.0; };
  fmt::print("append 4 KiB + fdatasync: p50 {:.0f} us, p99 {:.0f} us\n", us(probe->p50),
             us(probe->p99));
  fmt::print("{:>9} | {:>9} {:>8} | {:>9} {:>8} {:>8} {:>7} | {:>5} {:>8}\n", "in flight",
             "bare /s", "p50 us", "store /s", "p50 us", "p99 us", "cpu us", "ratio", "p50/bare");
  for (std::size_t const in_flight : settings.in_flight) {
    std::vector<Figures> log_rounds;
    std::vector<Figures> store_rounds;
    std::vector<double> ratios;
    auto const directory = settings.directory / fmt::format("store_{}", in_flight);
    std::filesystem::remove_all(directory);
    auto const store = open_rocksdb_store({.directory = directory});
    if (!store) {
      fmt::print(stderr, "{}\n", store.error().message);
      return 1;
    }
    Workload workload(settings, in_flight);
    for (int round = 0; round < settings.rounds; ++round) {
      log_rounds.push_back(run_log(settings, in_flight));
      store_rounds.push_back(run_store(settings, workload, in_flight, **store));
      ratios.push_back(store_rounds.back().commits_per_second /
                       log_rounds.back().commits_per_second);
    }
    std::ranges::sort(ratios);
    auto const bare_p50 = median(log_rounds, &Figures::p50_us);
    auto const store_p50 = median(store_rounds, &Figures::p50_us);
    fmt::print(
        "{:>9} | {:>9.0f} {:>8.0f} | {:>9.0f} {:>8.0f} {:>8.0f} {:>7.1f} | {:>5.2f} {:>8.2f}\n",
        in_flight, median(log_rounds, &Figures::commits_per_second), bare_p50,
        median(store_rounds, &Figures::commits_per_second), store_p50,
        median(store_rounds, &Figures::p99_us), median(store_rounds, &Figures::cpu_us_per_commit),
        ratios[ratios.size() / 2], store_p50 / bare_p50);
    std::fflush(stdout);
    std::filesystem::remove_all(directory);
  }
  return 0;
}

template <typename Number>
auto read_number(std::string_view text, Number& number) -> bool {
  auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

auto read_settings(std::span<char const* const> arguments, Settings& settings) -> bool {
  std::size_t number = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view const argument = arguments[i];
    std::string_view const next = i + 1 < arguments.size() ? arguments[i + 1] : "";
    if (argument == "--rows") {
      settings.is_in_rows = true;
    } else if (argument == "--in-flight" && read_number(next, number) && number > 0) {
      settings.in_flight = {number};
      ++i;
    } else if (argument == "--rounds" && read_number(next, settings.rounds) &&
               settings.rounds > 0) {
      ++i;
    } else if (argument == "--seconds" && read_number(next, settings.seconds)) {
      ++i;
    } else if (!argument.starts_with("-") && settings.directory.empty()) {
      settings.directory = argument;
    } else {
      return false;
    }
  }
  return !settings.directory.empty();
}

}  // namespace
}  // namespace treadle::store

auto main(int argc, char** argv) -> int {
  treadle::store::Settings settings;
  std::vector<char const*> const arguments(argv + 1, argv + argc);
  if (!treadle::store::read_settings(arguments, settings)) {
    fmt::print(
        stderr,
        "usage: commit_bench [--rows] [--in-flight N] [--rounds N] [--seconds S] DIRECTORY\n");
    return 2;
  }
  return treadle::store::run_all(settings);
}
