#include "treadle/asl/integration_catalogue.h"

#include <algorithm>
#include <cstdint>

namespace treadle::asl {
namespace {

// Sets of patterns, one bit each. Every action takes request-response.
constexpr std::uint8_t kCall = 1U << static_cast<unsigned>(Pattern::kRequestResponse);
constexpr std::uint8_t kJob = kCall | 1U << static_cast<unsigned>(Pattern::kSync);
constexpr std::uint8_t kToken = kCall | 1U << static_cast<unsigned>(Pattern::kWaitForTaskToken);
constexpr std::uint8_t kJobToken = kJob | kToken;
constexpr std::uint8_t kAll = kJobToken | 1U << static_cast<unsigned>(Pattern::kSync2);

struct Entry {
  std::string_view service;
  std::string_view action;
  std::uint8_t patterns;
};

constexpr Entry kEntries[] = {
    {"apigateway", "invoke", kToken},
    {"athena", "startQueryExecution", kJob},
    {"athena", "stopQueryExecution", kCall},
    {"athena", "getQueryExecution", kCall},
    {"athena", "getQueryResults", kCall},
    {"batch", "submitJob", kJob},
    {"bedrock", "invokeModel", kToken},
    {"bedrock", "createModelCustomizationJob", kJob},
    {"codebuild", "startBuild", kJob},
    {"codebuild", "stopBuild", kCall},
    {"codebuild", "batchDeleteBuilds", kCall},
    {"codebuild", "batchGetReports", kCall},
    {"codebuild", "startBuildBatch", kJob},
    {"codebuild", "stopBuildBatch", kCall},
    {"codebuild", "retryBuildBatch", kJob},
    {"codebuild", "deleteBuildBatch", kCall},
    {"databrew", "startJobRun", kJob},
    {"dynamodb", "getItem", kCall},
    {"dynamodb", "putItem", kCall},
    {"dynamodb", "updateItem", kCall},
    {"dynamodb", "deleteItem", kCall},
    {"ecs", "runTask", kJobToken},
    {"eks", "createCluster", kJob},
    {"eks", "deleteCluster", kJob},
    {"eks", "createFargateProfile", kJob},
    {"eks", "deleteFargateProfile", kJob},
    {"eks", "createNodegroup", kJob},
    {"eks", "deleteNodegroup", kJob},
    {"eks", "call", kToken},
    {"eks", "runJob", kJobToken},
    {"elasticmapreduce", "createCluster", kJob},
    {"elasticmapreduce", "terminateCluster", kJob},
    {"elasticmapreduce", "setClusterTerminationProtection", kCall},
    {"elasticmapreduce", "addStep", kJob},
    {"elasticmapreduce", "cancelStep", kCall},
    {"elasticmapreduce", "modifyInstanceFleetByName", kCall},
    {"elasticmapreduce", "modifyInstanceGroupByName", kCall},
    {"emr-containers", "createVirtualCluster", kCall},
    {"emr-containers", "deleteVirtualCluster", kJob},
    {"emr-containers", "startJobRun", kJob},
    {"emr-serverless", "createApplication", kJob},
    {"emr-serverless", "startApplication", kJob},
    {"emr-serverless", "stopApplication", kJob},
    {"emr-serverless", "deleteApplication", kJob},
    {"emr-serverless", "startJobRun", kJob},
    {"emr-serverless", "cancelJobRun", kJob},
    {"events", "putEvents", kToken},
    {"glue", "startJobRun", kJob},
    {"http", "invoke", kCall},
    {"lambda", "invoke", kToken},
    {"mediaconvert", "createJob", kJob},
    {"sagemaker", "createEndpoint", kCall},
    {"sagemaker", "createEndpointConfig", kCall},
    {"sagemaker", "createHyperParameterTuningJob", kJob},
    {"sagemaker", "createLabelingJob", kJob},
    {"sagemaker", "createModel", kCall},
    {"sagemaker", "createProcessingJob", kJob},
    {"sagemaker", "createTrainingJob", kJob},
    {"sagemaker", "createTransformJob", kJob},
    {"sagemaker", "updateEndpoint", kCall},
    {"sns", "publish", kToken},
    {"sqs", "sendMessage", kToken},
    {"states", "startExecution", kAll},
};

}  // namespace

auto is_optimized_service(std::string_view service) -> bool {
  return std::ranges::find(kEntries, service, &Entry::service) != std::ranges::end(kEntries);
}

auto supports(ActionName name, Pattern pattern) -> bool {
  auto const* entry = std::ranges::find_if(kEntries, [&](Entry const& candidate) {
    return candidate.service == name.service && candidate.action == name.action;
  });
  return entry != std::ranges::end(kEntries) &&
         (entry->patterns >> static_cast<unsigned>(pattern) & 1U) != 0;
}

}  // namespace treadle::asl
