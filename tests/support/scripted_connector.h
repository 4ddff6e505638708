// The outside as a test plays it: calls stay open until the test answers them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "treadle/integrations/connector.h"

namespace treadle::test {

// For one thread: that of the test, which runs the event loop as well.
class ScriptedConnector final : public integrations::Connector {
 public:
  using Result = integrations::CallResult;

  enum class What : std::uint8_t { kCall, kJob, kStop };
  struct Open {
    integrations::TaskCall call;
    integrations::CallDone done;
    What what = What::kCall;
  };

  void invoke(integrations::TaskCall call, integrations::CallDone done) override {
    deliveries.push_back(call);
    open_.push_back({std::move(call), std::move(done)});
  }
  void await_job(integrations::TaskCall call, integrations::CallDone done) override {
    jobs.push_back(call);
    open_.push_back({std::move(call), std::move(done), What::kJob});
  }
  void stop_job(integrations::TaskCall call, integrations::CallDone done) override {
    stops.push_back(call);
    open_.push_back({std::move(call), std::move(done), What::kStop});
  }
  void compensate_job(integrations::TaskCall call) override { asked.push_back(std::move(call)); }
  void cancel(integrations::CallId id) override { cancels.push_back(id); }

  [[nodiscard]] auto open() const -> std::vector<Open> const& { return open_; }

  // Answers the open call number `index`.
  void answer(std::size_t index, Result result) {
    auto answered = std::move(open_.at(index));
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
    answered.done(std::move(result));
  }
  void succeed(std::size_t index, std::string output) {
    answer(index, integrations::CallSucceeded{std::move(output)});
  }
  void fail(std::size_t index, std::string error,
            integrations::CallStage stage = integrations::CallStage::kRun) {
    answer(index, integrations::CallFailed{{std::move(error), "because"}, stage});
  }

  // The process that waited for the answers is gone.
  void forget_open() { open_.clear(); }

  std::vector<integrations::TaskCall> deliveries;  // every one ever, in order
  std::vector<integrations::TaskCall> jobs;        // waited for
  std::vector<integrations::TaskCall> stops;       // asked to end
  std::vector<integrations::TaskCall> asked;       // to compensate
  std::vector<integrations::CallId> cancels;

 private:
  std::vector<Open> open_;
};

}  // namespace treadle::test
