// A store in front of a store: it counts, holds back, shows and fails what is committed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "treadle/store/store.h"

namespace treadle::test {

// Reads and what is not said below are those of the store behind. Submissions come from one thread
// at a time.
class WatchedStore final : public store::Store {
 public:
  explicit WatchedStore(std::unique_ptr<store::Store> behind) : behind_(std::move(behind)) {}

  [[nodiscard]] auto behind() -> store::Store& { return *behind_; }
  [[nodiscard]] auto release_behind() -> std::unique_ptr<store::Store> {
    return std::move(behind_);
  }

  // Called with every batch that is submitted, before it is.
  std::function<void(store::Batch const&)> on_submit;

  // The batch number `number` from now on (0: the next) and all after it fail: nothing of them is
  // written.
  void fail_from(std::uint64_t number) { fail_from_ = submitted_ + number; }
  [[nodiscard]] auto has_failed() const -> bool { return submitted_ > fail_from_; }

  // Batches are kept back until release().
  void hold() { holding_ = true; }
  void release() {
    holding_ = false;
    for (auto& [batch, done] : std::exchange(held_, {}))
      behind_->submit(std::move(batch), std::move(done));
  }

  // Batches that were submitted so far.
  [[nodiscard]] auto submitted() const -> std::uint64_t { return submitted_; }

  void submit(store::Batch&& batch, store::CommitCallback done) override {
    if (on_submit) on_submit(batch);
    if (submitted_++ >= fail_from_) {
      // In its turn: after the callbacks of what was submitted before.
      behind_->submit({}, [done = std::move(done)](store::CommitOutcome) mutable {
        done(store::CommitOutcome::kFailed);
      });
    } else if (holding_) {
      held_.emplace_back(std::move(batch), std::move(done));
    } else {
      behind_->submit(std::move(batch), std::move(done));
    }
  }

  auto pressure() const -> double override { return behind_->pressure(); }
  auto get(store::Table table, std::string_view key) const
      -> store::StoreResult<std::optional<std::string>> override {
    return behind_->get(table, key);
  }
  auto multi_get(std::span<store::RowName const> names) const
      -> store::StoreResult<std::vector<std::optional<std::string>>> override {
    return behind_->multi_get(names);
  }
  auto scan(store::Table table, store::ScanOptions const& options) const
      -> store::StoreResult<std::vector<store::Row>> override {
    ++scans;
    return behind_->scan(table, options);
  }
  auto approximate_bytes() const -> std::uint64_t override { return behind_->approximate_bytes(); }
  auto space() const -> store::SpaceReport override { return space_report; }
  auto identity() const -> EntityId override { return behind_->identity(); }
  auto secret() const -> store::Secret const& override { return behind_->secret(); }
  auto failure() const -> std::optional<store::StoreError> override { return behind_->failure(); }
  auto flush_and_close() -> store::StoreResult<void> override { return behind_->flush_and_close(); }

  mutable std::atomic<std::uint64_t> scans = 0;
  store::SpaceReport space_report;  // what space() says

 private:
  std::unique_ptr<store::Store> behind_;
  std::uint64_t submitted_ = 0;
  std::uint64_t fail_from_ = ~std::uint64_t{0};
  bool holding_ = false;
  std::vector<std::pair<store::Batch, store::CommitCallback>> held_;
};

}  // namespace treadle::test
