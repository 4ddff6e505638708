// Names of clients and exceptions, as the SDK for Java 2.x forms them.

#include "treadle/integrations/aws_sdk/names.h"

#include <gtest/gtest.h>

#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/integrations/aws_sdk/service_model.h"

namespace treadle::integrations::aws_sdk {
namespace {

struct Case {
  char const* from;
  char const* to;
};

TEST(AwsSdkNames, OfClients) {
  Case const cases[] = {
      {"DynamoDB", "DynamoDb"},
      {"S3", "S3"},
      {"S3 Control", "S3Control"},
      {"SFN", "Sfn"},
      {"SQS", "Sqs"},
      {"SNS", "Sns"},
      {"EC2", "Ec2"},
      {"SSM", "Ssm"},
      {"KMS", "Kms"},
      {"IAM", "Iam"},
      {"IoT", "Iot"},
      {"IoT Events Data", "IotEventsData"},
      {"ElastiCache", "ElastiCache"},
      {"Secrets Manager", "SecretsManager"},
      {"Timestream Write", "TimestreamWrite"},
      {"EventBridge", "EventBridge"},
      {"CloudWatch Logs", "CloudWatchLogs"},
      {"CloudWatch", "CloudWatch"},
      {"API Gateway", "ApiGateway"},
      {"ApiGatewayV2", "ApiGatewayV2"},
      {"Elastic Load Balancing v2", "ElasticLoadBalancingV2"},
      {"Lex Runtime V2", "LexRuntimeV2"},
      {"SESv2", "SesV2"},
      {"Route 53", "Route53"},
      {"ACM PCA", "AcmPca"},
      {"SageMaker A2I Runtime", "SageMakerA2IRuntime"},
      {"Database Migration Service", "DatabaseMigration"},
      {"Config Service", "Config"},
      {"EMR containers", "EmrContainers"},
      {"mq", "Mq"},
      {"", ""},
  };
  for (auto const& c : cases) EXPECT_EQ(client_name(c.from), c.to) << c.from;
}

TEST(AwsSdkNames, OfExceptions) {
  Case const cases[] = {
      {"NoSuchKey", "NoSuchKeyException"},
      {"ResourceNotFoundException", "ResourceNotFoundException"},
      {"DBInstanceNotFoundFault", "DbInstanceNotFoundException"},
      {"KMSNotFoundException", "KmsNotFoundException"},
      {"EC2ThrottledException", "Ec2ThrottledException"},
      {"WAFNonexistentItemException", "WafNonexistentItemException"},
      {"IDPCommunicationError", "IdpCommunicationErrorException"},
      {"AWS.SimpleQueueService.NonExistentQueue", "AwsSimpleQueueServiceNonExistentQueueException"},
      {"QueueDoesNotExist", "QueueDoesNotExistException"},
  };
  for (auto const& c : cases) EXPECT_EQ(exception_name(c.from), c.to) << c.from;
}

TEST(AwsSdkNames, OfServicesInResources) {
  Case const cases[] = {
      {"states", "sfn"},
      {"events", "eventbridge"},
      {"elasticmapreduce", "emr"},
      {"emr-serverless", "emrserverless"},
      {"sqs", "sqs"},
  };
  for (auto const& c : cases) EXPECT_EQ(service_id_of(c.from), c.to) << c.from;
  EXPECT_EQ(as_in_resources("CloudWatch Logs"), "cloudwatchlogs");
  EXPECT_EQ(as_in_resources("Lex-Runtime V2"), "lexruntimev2");
}

TEST(AwsSdkNames, Nearest) {
  std::string_view const names[] = {"dynamodb", "sfn", "sqs", "s3"};
  Case const cases[] = {{"dynamdb", "dynamodb"},
                        {"sq", "sqs"},
                        {"sqss", "sqs"},
                        {"stepfunctions", ""},
                        {"", ""},
                        {"x", ""},
                        {"dynamo", "dynamodb"},
                        {"kinesisvideo", ""}};
  for (auto const& c : cases) EXPECT_EQ(nearest_name(c.from, names), c.to) << c.from;
  EXPECT_EQ(nearest_name(std::string(100'000, 'a'), names), "");
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
