// What the tests of every store share: waiting for a commit, and reading without ceremony.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/store/store.h"

namespace treadle::store::test {

// Submits and waits for the outcome.
inline auto commit(Store& store, Batch&& batch) -> CommitOutcome {
  std::promise<CommitOutcome> outcome;
  auto waiting = outcome.get_future();
  store.submit(std::move(batch), [&outcome](CommitOutcome told) { outcome.set_value(told); });
  return waiting.get();
}

inline auto put(Store& store, Table table, std::string_view key, std::string_view value)
    -> CommitOutcome {
  Batch batch;
  batch.put(table, key, value);
  return commit(store, std::move(batch));
}

inline auto get(Store const& store, Table table, std::string_view key)
    -> std::optional<std::string> {
  auto value = store.get(table, key);
  EXPECT_TRUE(value.has_value()) << value.error().message;
  return value.value_or(std::nullopt);
}

inline auto scan_keys(Store const& store, Table table, ScanOptions const& options = {})
    -> std::vector<std::string> {
  auto rows = store.scan(table, options);
  EXPECT_TRUE(rows.has_value()) << rows.error().message;
  std::vector<std::string> keys;
  if (rows) {
    for (auto& row : *rows) keys.push_back(std::move(row.key));
  }
  return keys;
}

// A directory that is gone with its contents at the end of the scope. In memory where that can be,
// because hundreds of stores are opened; a process that is killed loses neither.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::filesystem::path const in_memory = "/dev/shm";
    auto const base = std::getenv("TMPDIR") == nullptr && std::filesystem::is_directory(in_memory)
                          ? in_memory
                          : std::filesystem::temp_directory_path();
    std::string pattern = (base / "treadle-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDirectory(TemporaryDirectory const&) = delete;
  auto operator=(TemporaryDirectory const&) -> TemporaryDirectory& = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace treadle::store::test
