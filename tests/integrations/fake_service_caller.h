// A ServiceCaller that gives what a test lays down, and keeps what it was asked for.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "treadle/integrations/aws_sdk/service_caller.h"

namespace treadle::integrations::testing {

class FakeServiceCaller final : public aws_sdk::ServiceCaller {
 public:
  void call(CallId, aws_sdk::ServiceCall call, aws_sdk::ServiceDone done) override {
    calls.push_back(std::move(call));
    done(result);
  }
  void cancel(CallId id) override { cancelled.push_back(id); }
  void after(Milliseconds, std::move_only_function<void()> task) override { task(); }
  [[nodiscard]] auto is_local(std::string_view) const -> bool override { return false; }

  void answers(std::string output, net::Headers headers = {}, std::string request_id = "R1") {
    result = aws_sdk::ServiceAnswer{.output = std::move(output),
                                    .status = 200,
                                    .headers = std::move(headers),
                                    .request_id = std::move(request_id)};
  }
  void refuses(std::string service, aws_sdk::ServiceError error, std::uint32_t attempts = 1) {
    aws_sdk::CallProblem problem;
    problem.service_name = std::move(service);
    problem.error = std::move(error);
    problem.attempts = attempts;
    result = std::unexpected(std::move(problem));
  }
  void fails(aws_sdk::CallProblem::Kind kind, std::string message, std::uint32_t attempts = 1) {
    aws_sdk::CallProblem problem;
    problem.kind = kind;
    problem.service_name = "S3";
    problem.error.message = std::move(message);
    problem.attempts = attempts;
    result = std::unexpected(std::move(problem));
  }

  std::vector<aws_sdk::ServiceCall> calls;
  std::vector<CallId> cancelled;
  aws_sdk::ServiceResult result = aws_sdk::ServiceAnswer{};
};

}  // namespace treadle::integrations::testing
