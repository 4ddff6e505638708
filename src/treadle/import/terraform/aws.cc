#include "treadle/import/terraform/aws.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace treadle::import::terraform {
namespace {

struct NameArgument {
  std::string_view type;
  std::string_view argument;
};
constexpr NameArgument kNameArguments[] = {
    {"aws_lambda_function", "function_name"},
    {"aws_s3_bucket", "bucket"},
    {"aws_s3_object", "key"},
    {"aws_ecs_task_definition", "family"},
    {"aws_elasticache_cluster", "cluster_id"},
    {"aws_db_instance", "identifier"},
    {"aws_rds_cluster", "cluster_identifier"},
    {"aws_redshift_cluster", "cluster_identifier"},
};

struct Computed {
  std::string_view type;
  std::string_view attribute;
  std::string_view pattern;  // with {region} {account} {name} {id} {uuid} {hex8}
};
constexpr Computed kComputed[] = {
    {"aws_athena_workgroup", "arn", "arn:aws:athena:{region}:{account}:workgroup/{name}"},
    {"aws_batch_job_definition", "arn", "arn:aws:batch:{region}:{account}:job-definition/{name}:1"},
    {"aws_batch_job_definition", "id", "arn:aws:batch:{region}:{account}:job-definition/{name}:1"},
    {"aws_batch_job_queue", "arn", "arn:aws:batch:{region}:{account}:job-queue/{name}"},
    {"aws_batch_job_queue", "id", "arn:aws:batch:{region}:{account}:job-queue/{name}"},
    {"aws_cloudwatch_event_bus", "arn", "arn:aws:events:{region}:{account}:event-bus/{name}"},
    {"aws_cloudwatch_event_connection", "arn",
     "arn:aws:events:{region}:{account}:connection/{name}/{uuid}"},
    {"aws_cloudwatch_event_rule", "arn", "arn:aws:events:{region}:{account}:rule/{name}"},
    {"aws_cloudwatch_log_group", "arn", "arn:aws:logs:{region}:{account}:log-group:{name}"},
    {"aws_codebuild_project", "arn", "arn:aws:codebuild:{region}:{account}:project/{name}"},
    {"aws_codebuild_project", "id", "arn:aws:codebuild:{region}:{account}:project/{name}"},
    {"aws_db_instance", "arn", "arn:aws:rds:{region}:{account}:db:{name}"},
    {"aws_dynamodb_table", "arn", "arn:aws:dynamodb:{region}:{account}:table/{name}"},
    {"aws_dynamodb_table", "stream_arn",
     "arn:aws:dynamodb:{region}:{account}:table/{name}/stream/2026-01-01T00:00:00.000"},
    {"aws_ecr_repository", "arn", "arn:aws:ecr:{region}:{account}:repository/{name}"},
    {"aws_ecr_repository", "repository_url", "{account}.dkr.ecr.{region}.amazonaws.com/{name}"},
    {"aws_ecs_cluster", "arn", "arn:aws:ecs:{region}:{account}:cluster/{name}"},
    {"aws_ecs_cluster", "id", "arn:aws:ecs:{region}:{account}:cluster/{name}"},
    {"aws_ecs_task_definition", "arn", "arn:aws:ecs:{region}:{account}:task-definition/{name}:1"},
    {"aws_ecs_task_definition", "arn_without_revision",
     "arn:aws:ecs:{region}:{account}:task-definition/{name}"},
    {"aws_ecs_task_definition", "revision", "1"},
    {"aws_glue_crawler", "arn", "arn:aws:glue:{region}:{account}:crawler/{name}"},
    {"aws_glue_job", "arn", "arn:aws:glue:{region}:{account}:job/{name}"},
    {"aws_iam_policy", "arn", "arn:aws:iam::{account}:policy/{name}"},
    {"aws_iam_policy", "id", "arn:aws:iam::{account}:policy/{name}"},
    {"aws_iam_role", "arn", "arn:aws:iam::{account}:role/{name}"},
    {"aws_iam_role", "unique_id", "AROA{id}"},
    {"aws_kinesis_firehose_delivery_stream", "arn",
     "arn:aws:firehose:{region}:{account}:deliverystream/{name}"},
    {"aws_kinesis_stream", "arn", "arn:aws:kinesis:{region}:{account}:stream/{name}"},
    {"aws_kinesis_stream", "id", "arn:aws:kinesis:{region}:{account}:stream/{name}"},
    {"aws_kms_alias", "arn", "arn:aws:kms:{region}:{account}:{name}"},
    {"aws_kms_key", "arn", "arn:aws:kms:{region}:{account}:key/{uuid}"},
    {"aws_kms_key", "id", "{uuid}"},
    {"aws_kms_key", "key_id", "{uuid}"},
    {"aws_lambda_function", "arn", "arn:aws:lambda:{region}:{account}:function:{name}"},
    {"aws_lambda_function", "function_name", "{name}"},
    {"aws_lambda_function", "id", "{name}"},
    {"aws_lambda_function", "qualified_arn",
     "arn:aws:lambda:{region}:{account}:function:{name}:$LATEST"},
    {"aws_lambda_function", "invoke_arn",
     "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"
     "arn:aws:lambda:{region}:{account}:function:{name}/invocations"},
    {"aws_lambda_function", "version", "$LATEST"},
    {"aws_s3_bucket", "arn", "arn:aws:s3:::{name}"},
    {"aws_s3_bucket", "bucket_domain_name", "{name}.s3.amazonaws.com"},
    {"aws_s3_bucket", "bucket_regional_domain_name", "{name}.s3.{region}.amazonaws.com"},
    {"aws_sagemaker_endpoint", "arn", "arn:aws:sagemaker:{region}:{account}:endpoint/{name}"},
    {"aws_sagemaker_model", "arn", "arn:aws:sagemaker:{region}:{account}:model/{name}"},
    {"aws_secretsmanager_secret", "arn", "arn:aws:secretsmanager:{region}:{account}:secret:{name}"},
    {"aws_secretsmanager_secret", "id", "arn:aws:secretsmanager:{region}:{account}:secret:{name}"},
    {"aws_security_group", "arn", "arn:aws:ec2:{region}:{account}:security-group/sg-{id}"},
    {"aws_security_group", "id", "sg-{id}"},
    {"aws_sfn_activity", "arn", "arn:aws:states:{region}:{account}:activity:{name}"},
    {"aws_sfn_activity", "id", "arn:aws:states:{region}:{account}:activity:{name}"},
    {"aws_sfn_state_machine", "arn", "arn:aws:states:{region}:{account}:stateMachine:{name}"},
    {"aws_sfn_state_machine", "id", "arn:aws:states:{region}:{account}:stateMachine:{name}"},
    {"aws_sns_topic", "arn", "arn:aws:sns:{region}:{account}:{name}"},
    {"aws_sns_topic", "id", "arn:aws:sns:{region}:{account}:{name}"},
    {"aws_sqs_queue", "arn", "arn:aws:sqs:{region}:{account}:{name}"},
    {"aws_sqs_queue", "id", "https://sqs.{region}.amazonaws.com/{account}/{name}"},
    {"aws_sqs_queue", "url", "https://sqs.{region}.amazonaws.com/{account}/{name}"},
    {"aws_ssm_parameter", "arn", "arn:aws:ssm:{region}:{account}:parameter/{name}"},
    {"aws_subnet", "arn", "arn:aws:ec2:{region}:{account}:subnet/subnet-{id}"},
    {"aws_subnet", "id", "subnet-{id}"},
    {"aws_vpc", "arn", "arn:aws:ec2:{region}:{account}:vpc/vpc-{id}"},
    {"aws_vpc", "id", "vpc-{id}"},
    {"random_id", "hex", "{hex8}"},
    {"random_id", "id", "{hex8}"},
    {"random_pet", "id", "{name}"},
    {"random_string", "id", "{hex8}"},
    {"random_string", "result", "{hex8}"},
    {"random_uuid", "id", "{uuid}"},
    {"random_uuid", "result", "{uuid}"},
};

// FNV-1a over type and label: the same id in every import.
auto draw(ResourceName const& resource, std::uint64_t salt) -> std::uint64_t {
  std::uint64_t hash = 0xcbf29ce484222325U ^ salt;
  for (auto const text : {resource.type, std::string_view("."), resource.label})
    for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

auto uuid_of(ResourceName const& resource) -> std::string {
  auto const high = draw(resource, 1);
  auto const low = draw(resource, 2);
  return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU,
                     high & 0xFFFU, low >> 52U, low & 0xFFFFFFFFFFFFU);
}

auto fill_in(std::string_view pattern, Place const& place, ResourceName const& resource)
    -> std::string {
  // An SSM parameter's name may begin with the slash that its ARN has anyway.
  bool const has_slash = pattern.contains("parameter/{name}") && resource.name.starts_with('/');
  return fmt::format(fmt::runtime(pattern), fmt::arg("region", place.region),
                     fmt::arg("account", place.account),
                     fmt::arg("name", resource.name.substr(has_slash ? 1 : 0)),
                     fmt::arg("uuid", uuid_of(resource)),
                     fmt::arg("id", fmt::format("0{:016x}", draw(resource, 0))),
                     fmt::arg("hex8", fmt::format("{:08x}", draw(resource, 0) & 0xFFFFFFFFU)));
}

}  // namespace

auto name_argument(std::string_view type) -> std::string_view {
  auto const* found = std::ranges::find(kNameArguments, type, &NameArgument::type);
  return found == std::end(kNameArguments) ? "name" : found->argument;
}

auto computed_attribute(Place const& place, ResourceName const& resource,
                        std::string_view attribute) -> std::optional<std::string> {
  auto const* found = std::ranges::find_if(kComputed, [&](Computed const& c) {
    return c.type == resource.type && c.attribute == attribute;
  });
  if (found != std::end(kComputed)) return fill_in(found->pattern, place, resource);
  if (attribute == "id" || attribute == name_argument(resource.type))
    return std::string(resource.name);
  return std::nullopt;
}

auto computed_attribute_names(std::string_view type) -> std::vector<std::string_view> {
  std::vector<std::string_view> out;
  for (auto const& computed : kComputed)
    if (computed.type == type) out.push_back(computed.attribute);
  for (auto const name : {std::string_view("id"), name_argument(type)})
    if (std::ranges::find(out, name) == out.end()) out.push_back(name);
  return out;
}

auto guessed_arn(Place const& place, ResourceName const& resource) -> std::optional<std::string> {
  constexpr std::string_view kPrefix = "aws_";
  if (!resource.type.starts_with(kPrefix)) return std::nullopt;
  auto const rest = resource.type.substr(kPrefix.size());
  auto const service = rest.substr(0, rest.find('_'));
  return fmt::format("arn:aws:{}:{}:{}:{}", service, place.region, place.account, resource.name);
}

auto lambda_function_arn(Place const& place, std::string_view function) -> std::string {
  return fill_in("arn:aws:lambda:{region}:{account}:function:{name}", place,
                 {.type = "aws_lambda_function", .label = function, .name = function});
}

}  // namespace treadle::import::terraform
