#include "treadle/integrations/kubernetes/cluster_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/optimized/address_rules.h"
#include "treadle/integrations/service_task.h"
#include "treadle/net/sigv4.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::kubernetes {
namespace {

constexpr std::string_view kPrefix = "EKS";
constexpr Milliseconds kTimeMax = std::chrono::seconds(60);
constexpr auto kTokenLife = std::chrono::seconds(60);

}  // namespace

auto cluster_token(TokenScope const& scope, net::Credentials const& credentials, Timestamp now)
    -> std::string {
  net::Headers headers;
  headers.add("Host", authority_of(scope.sts_url));
  headers.add("x-k8s-aws-id", scope.cluster);
  auto const target = net::presigned_target(
      {.method = "GET", .target = "/?Action=GetCallerIdentity&Version=2011-06-15", .body = {}},
      headers, credentials, {.region = scope.region, .service = "sts"}, now, kTokenLife);
  return "k8s-aws-v1." + base64_encode(std::string(scope.sts_url) + target, Base64::kUrlSafe);
}

ClusterClient::ClusterClient(AwsConfiguration const& configuration,
                             aws_sdk::CredentialProvider& credentials,
                             std::vector<std::string> const& allowed, net::EventLoops& loops,
                             Clock const& clock)
    : configuration_(configuration),
      credentials_(credentials),
      clock_(clock),
      http_(loops, optimized::guarded_client_options(allowed)) {}

void ClusterClient::send(TaskCall const& call, ClusterRequest request, Done done) {
  auto const sts = service_endpoint(configuration_, "STS", "sts", call.region);
  if (sts.credentials && !credentials_.is_configured())
    return send_as(call, std::move(request), *sts.credentials, std::move(done));
  auto const ticket = waiting_.add(call.id);
  credentials_.get(call.role_arn, call.region,
                   [this, call, ticket, request = std::move(request),
                    done = std::move(done)](aws_sdk::CredentialProvider::Got const& got) mutable {
                     if (!waiting_.take(call.id, ticket))
                       return done(std::unexpected(no_answer_failure(call, std::nullopt, kPrefix)));
                     if (got) return send_as(call, std::move(request), *got, std::move(done));
                     done(std::unexpected(task_failure(
                         "EKS.SdkClientException",
                         fmt::format("Unable to load credentials from any of the providers in the "
                                     "chain ({})",
                                     got.error()),
                         CallStage::kStart)));
                   });
}

void ClusterClient::send_as(TaskCall const& call, ClusterRequest request,
                            net::Credentials const& keys, Done done) {
  auto const sts = service_endpoint(configuration_, "STS", "sts", call.region);
  net::ClientRequest http;
  http.method = std::move(request.method);
  http.url = request.cluster.endpoint + request.target;
  http.headers.set("Authorization", "Bearer " + cluster_token({.cluster = request.cluster.name,
                                                               .sts_url = sts.url,
                                                               .region = call.region},
                                                              keys, clock_.now()));
  http.headers.set("Accept", "*/*");
  if (!request.content_type.empty()) http.headers.set("Content-Type", request.content_type);
  http.body = std::move(request.body);
  auto const total = std::min(call_time(call).value_or(kTimeMax), kTimeMax);
  http.deadlines = {
      .connect = std::min(Milliseconds(5'000), total), .first_byte = total, .total = total};
  http.max_response_bytes = limits::kPayloadBytes;
  http.trusted_certificates = std::move(request.cluster.certificates);
  http_.send(call.id, std::move(http), [call, done = std::move(done)](HttpOutcome outcome) mutable {
    if (outcome && *outcome) return done(std::move(**outcome));
    auto const error = outcome ? std::optional(outcome->error()) : std::nullopt;
    done(std::unexpected(no_answer_failure(call, error, kPrefix)));
  });
}

void ClusterClient::cancel(CallId id) {
  waiting_.cancel(id);
  http_.cancel(id);
}

}  // namespace treadle::integrations::kubernetes
