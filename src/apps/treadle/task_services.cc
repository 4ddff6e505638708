#include "apps/treadle/task_services.h"

#include <utility>

#include "treadle/integrations/aws_sdk/sdk_connector.h"
#include "treadle/integrations/jobs/job_connector.h"
#include "treadle/integrations/kubernetes/eks_connector.h"
#include "treadle/integrations/kubernetes/eks_jobs.h"
#include "treadle/integrations/optimized/api_gateway.h"
#include "treadle/integrations/optimized/dynamodb.h"
#include "treadle/integrations/optimized/emr.h"
#include "treadle/integrations/optimized/event_bridge.h"
#include "treadle/integrations/optimized/generic.h"
#include "treadle/integrations/optimized/http_task.h"
#include "treadle/integrations/optimized/optimized_service.h"
#include "treadle/integrations/optimized/sns.h"
#include "treadle/integrations/optimized/sqs.h"

namespace treadle::app {
namespace {

// Those whose actions are the API's own, but for names, and most of whose actions start jobs.
constexpr char const* kGenericServices[] = {
    "athena", "batch",          "bedrock",        "codebuild", "databrew",     "ecs",
    "eks",    "emr-containers", "emr-serverless", "glue",      "mediaconvert", "sagemaker",
};

auto configuration_with(integrations::ServiceSettings services) -> integrations::AwsConfiguration {
  auto configuration = integrations::read_aws_configuration(integrations::process_environment());
  configuration.services = std::move(services);
  // CloudWatch Logs is often called by its signing name.
  auto& urls = configuration.service_endpoint_urls;
  if (auto const logs = urls.find("LOGS"); logs != urls.end())
    urls.try_emplace("CLOUDWATCH_LOGS", logs->second);
  return configuration;
}

// Of the calls to one host from one loop; more wait for their turn.
auto client_options() -> net::HttpClientOptions {
  net::HttpClientOptions options;
  options.connections_per_target_max = 256;
  return options;
}

}  // namespace

TaskServices::TaskServices(TaskServicesOptions options, net::EventLoops& loops, Clock const& clock,
                           Random& random)
    : configuration_(configuration_with(std::move(options.services))),
      http_task_(std::move(options.http_task)),
      loops_(loops),
      clock_(clock),
      models_(options.service_models),
      http_(loops, client_options()),
      credentials_(configuration_,
                   integrations::aws_sdk::read_credential_plan(integrations::process_environment()),
                   http_, clock),
      caller_({.configuration = configuration_,
               .models = models_,
               .credentials = credentials_,
               .http = http_,
               .local = local_,
               .loops = loops,
               .clock = clock,
               .random = random}),
      clusters_(configuration_, credentials_, http_task_.allow, loops, clock) {}

void TaskServices::serve(integrations::Registry& registry,
                         integrations::jobs::WaitForEnd wait_for_end,
                         integrations::jobs::AskToCompensate ask_to_compensate) {
  using namespace integrations::optimized;
  registry.add_aws_sdk(std::make_shared<integrations::aws_sdk::SdkConnector>(caller_));
  registry.add_service("dynamodb", "", std::make_shared<DynamoDbConnector>(caller_));
  registry.add_service("sns", "", std::make_shared<SnsConnector>(caller_));
  registry.add_service("sqs", "", std::make_shared<SqsConnector>(caller_));
  registry.add_service("events", "", std::make_shared<EventBridgeConnector>(caller_));
  auto const with_jobs = [&](std::string service, std::string action,
                             std::shared_ptr<integrations::Connector> starts,
                             std::shared_ptr<integrations::jobs::JobService> const& jobs) {
    registry.add_service(
        std::move(service), std::move(action),
        std::make_shared<integrations::jobs::JobConnector>(std::move(starts), jobs, caller_));
  };
  auto const jobs = integrations::jobs::make_sdk_job_service(caller_);
  for (auto const* service : kGenericServices)
    with_jobs(service, "",
              std::make_shared<GenericConnector>(*find_optimized_service(service), caller_), jobs);
  with_jobs("elasticmapreduce", "", std::make_shared<EmrConnector>(caller_), jobs);
  auto const eks = std::make_shared<integrations::kubernetes::EksConnector>(clusters_);
  registry.add_service("eks", "call", eks);
  with_jobs("eks", "runJob", eks, integrations::kubernetes::make_eks_job_service(clusters_));
  with_jobs("states", "startExecution", std::make_shared<integrations::jobs::NestedStarts>(caller_),
            integrations::jobs::make_nested_job_service(caller_, std::move(wait_for_end),
                                                        std::move(ask_to_compensate)));
  registry.add_service(
      "apigateway", "invoke",
      std::make_shared<ApiGatewayConnector>(configuration_, http_, credentials_, clock_));
  registry.add_service("http", "invoke",
                       std::make_shared<HttpTaskConnector>(http_task_, loops_, clock_));
}

}  // namespace treadle::app
