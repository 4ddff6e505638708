// Several readers of histories as one.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "treadle/runtime/history_sink.h"

namespace treadle::runtime {

class HistorySinks final : public HistorySink {
 public:
  // All outlive it.
  explicit HistorySinks(std::vector<HistorySink*> sinks) : sinks_(std::move(sinks)) {}

  [[nodiscard]] auto reads(LogSettings const& settings) const -> bool override {
    return std::ranges::any_of(sinks_, [&](auto const* sink) { return sink->reads(settings); });
  }
  void add(HistoryBatch const& batch) override {
    for (auto* const sink : sinks_)
      if (sink->reads(batch.settings)) sink->add(batch);
  }

 private:
  std::vector<HistorySink*> const sinks_;
};

}  // namespace treadle::runtime
