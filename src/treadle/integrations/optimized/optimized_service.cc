#include "treadle/integrations/optimized/optimized_service.h"

#include <algorithm>
#include <iterator>

namespace treadle::integrations::optimized {
namespace {

constexpr OptimizedService kServices[] = {
    {"athena", "athena", "Athena", "AmazonAthena", "AmazonAthenaException"},
    {"batch", "batch", "Batch", "AWSBatch", "AWSBatchException"},
    {"bedrock", "bedrock", "Bedrock", "AmazonBedrock", "AmazonBedrockException"},
    {"codebuild", "codebuild", "CodeBuild", "AWSCodeBuild", "AWSCodeBuildException"},
    {"databrew", "databrew", "DataBrew", "AWSGlueDataBrew", "AWSGlueDataBrewException"},
    {"dynamodb", "dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"},
    {"ecs", "ecs", "ECS", "AmazonECS", "AmazonECSException"},
    {"eks", "eks", "EKS", "AmazonEKS", "AmazonEKSException"},
    {"elasticmapreduce", "emr", "ElasticMapReduce", "AmazonElasticMapReduce",
     "AmazonElasticMapReduceException"},
    {"emr-containers", "emrcontainers", "EMRContainers", "AmazonEMRContainers",
     "AmazonEMRContainersException"},
    {"emr-serverless", "emrserverless", "EMRServerless", "AWSEMRServerless",
     "AWSEMRServerlessException"},
    {"events", "eventbridge", "EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"},
    {"glue", "glue", "Glue", "AWSGlue", "AWSGlueException"},
    {"mediaconvert", "mediaconvert", "MediaConvert", "AWSMediaConvert", "AWSMediaConvertException"},
    {"sagemaker", "sagemaker", "SageMaker", "AmazonSageMaker", "AmazonSageMakerException"},
    {"sns", "sns", "SNS", "AmazonSNS", "AmazonSNSException"},
    {"sqs", "sqs", "SQS", "AmazonSQS", "AmazonSQSException"},
    {"states", "sfn", "StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"},
};

}  // namespace

auto find_optimized_service(std::string_view resource) -> OptimizedService const* {
  auto const* found = std::ranges::find(kServices, resource, &OptimizedService::resource);
  return found == std::end(kServices) ? nullptr : found;
}

}  // namespace treadle::integrations::optimized
