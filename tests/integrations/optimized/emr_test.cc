// Changes of EMR instance fleets and groups by name.
#include "treadle/integrations/optimized/emr.h"

#include <deque>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"

namespace treadle::integrations::optimized {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::output_of;

// Gives one answer after the other.
class Answers final : public aws_sdk::ServiceCaller {
 public:
  void call(CallId, aws_sdk::ServiceCall call, aws_sdk::ServiceDone done) override {
    asked.push_back(call.service + ":" + call.action + " " + call.parameters);
    auto answer = std::move(answers.front());
    answers.pop_front();
    done(std::move(answer));
  }
  void cancel(CallId) override {}
  void after(Milliseconds, std::move_only_function<void()>) override {}
  [[nodiscard]] auto is_local(std::string_view) const -> bool override { return false; }

  void add(std::string output) {
    answers.emplace_back(aws_sdk::ServiceAnswer{.output = std::move(output)});
  }
  std::deque<aws_sdk::ServiceResult> answers;
  std::vector<std::string> asked;
};

auto change(Answers& caller, std::string_view action, std::string parameters) -> CallResult {
  EmrConnector connector(caller);
  return testing::result_of(
      connector, testing::make_call(testing::service_resource("elasticmapreduce", action),
                                    std::move(parameters)));
}

TEST(EmrConnector, AGroupIsFoundByNameAndChanged) {
  Answers caller;
  caller.add(R"({"InstanceGroups":[{"Id":"ig-1","Name":"master"}],"Marker":"m"})");
  caller.add(R"({"InstanceGroups":[{"Id":"ig-2","Name":"core"}]})");
  caller.add("{}");
  EXPECT_THAT(output_of(change(caller, "modifyInstanceGroupByName",
                               R"({"ClusterId":"j-1","InstanceGroupName":"core","InstanceGroup":)"
                               R"({"InstanceCount":8}})")),
              HasSubstr("SdkHttpMetadata"));
  EXPECT_EQ(caller.asked, (std::vector<std::string>{
                              R"(emr:listInstanceGroups {"ClusterId":"j-1"})",
                              R"(emr:listInstanceGroups {"ClusterId":"j-1","Marker":"m"})",
                              R"(emr:modifyInstanceGroups {"ClusterId":"j-1","InstanceGroups":)"
                              R"([{"InstanceCount":8,"InstanceGroupId":"ig-2"}]})"}));
}

TEST(EmrConnector, AFleetIsFoundByNameAndChanged) {
  Answers caller;
  caller.add(R"({"InstanceFleets":[{"Id":"if-1","Name":"MyCoreFleet"}]})");
  caller.add("{}");
  output_of(change(caller, "modifyInstanceFleetByName",
                   R"({"ClusterId":"j-1","InstanceFleetName":"MyCoreFleet","InstanceFleet":)"
                   R"({"TargetOnDemandCapacity":8,"TargetSpotCapacity":0}})"));
  EXPECT_EQ(caller.asked.back(),
            R"(emr:modifyInstanceFleet {"ClusterId":"j-1","InstanceFleet":)"
            R"({"TargetOnDemandCapacity":8,"TargetSpotCapacity":0,"InstanceFleetId":"if-1"}})");
}

TEST(EmrConnector, WhatIsWrong) {
  Answers caller;
  caller.add(R"({"InstanceFleets":[{"Id":"if-1","Name":"other"}]})");
  auto const fleet = [&](std::string more) {
    return error_of(change(caller, "modifyInstanceFleetByName",
                           R"({"ClusterId":"j-1","InstanceFleetName":"f")" + more + "}"));
  };
  EXPECT_EQ(fleet(R"(,"InstanceFleet":{})"),
            (Error{"ElasticMapReduce.AmazonElasticMapReduceException",
                   "The cluster 'j-1' has no InstanceFleet of the name 'f'"}));
  EXPECT_THAT(fleet("").cause, HasSubstr("The field 'InstanceFleet' is required but was missing"));
  EXPECT_THAT(fleet(R"(,"InstanceFleet":{"InstanceFleetId":"if-1"})").cause,
              HasSubstr("The field 'InstanceFleetId' is not supported by Step Functions"));
  aws_sdk::CallProblem problem;
  problem.error = {.code = "InvalidRequestException",
                   .message = "no",
                   .status = 400,
                   .request_id = "R",
                   .is_modelled = true};
  caller.answers.emplace_back(std::unexpected(problem));
  EXPECT_EQ(fleet(R"(,"InstanceFleet":{})").name, "ElasticMapReduce.InvalidRequestException");
}

TEST(EmrConnector, TheOtherActionsAreTheApis) {
  Answers caller;
  caller.add("{}");
  change(caller, "terminateCluster", R"({"ClusterId":"j-1"})");
  EXPECT_EQ(caller.asked,
            std::vector<std::string>{R"(emr:terminateJobFlows {"JobFlowIds":["j-1"]})"});
}

}  // namespace
}  // namespace treadle::integrations::optimized
