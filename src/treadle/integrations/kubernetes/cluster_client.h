// Sends requests to API servers of Amazon EKS clusters, as whoever the task is.
//
// The token of a request is a call of STS's GetCallerIdentity, signed for the cluster and encoded: the
// server makes it to learn who asks. Connects to public addresses only, and to those that the
// operator allows; trusts the certificates that the task names, and no others.
// Source: Amazon EKS User Guide, "Learn how EKS Pod Identity and IAM principals authenticate"; AWS CLI
// reference, "eks get-token"; aws-iam-authenticator, "API Authorization from Outside a Cluster".
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/integrations/aws_configuration.h"
#include "treadle/integrations/aws_sdk/credential_provider.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/integrations/kubernetes/cluster_request.h"
#include "treadle/integrations/waiting_calls.h"
#include "treadle/net/event_loop.h"

namespace treadle::integrations::kubernetes {

// "k8s-aws-v1.": good for a quarter of an hour. `sts_url` is where STS is asked.
struct TokenScope {
  std::string_view cluster;
  std::string_view sts_url;
  std::string region;
};
[[nodiscard]] auto cluster_token(TokenScope const& scope, net::Credentials const& credentials,
                                 Timestamp now) -> std::string;

class ClusterClient {
 public:
  // An answer of any status; what there was instead is a failure of the task.
  using Answer = Result<net::ClientResponse, CallFailed>;
  using Done = std::move_only_function<void(Answer)>;

  // All but `allowed` (address ranges) outlive it; destroyed after the loops were stopped.
  ClusterClient(AwsConfiguration const& configuration, aws_sdk::CredentialProvider& credentials,
                std::vector<std::string> const& allowed, net::EventLoops& loops,
                Clock const& clock);

  // Any thread; `done` once, on any thread, perhaps before this returns.
  void send(TaskCall const& call, ClusterRequest request, Done done);
  // Breaks off the requests of a task: their `done` comes with a failure.
  void cancel(CallId id);

 private:
  void send_as(TaskCall const& call, ClusterRequest request, net::Credentials const& keys,
               Done done);

  AwsConfiguration const& configuration_;
  aws_sdk::CredentialProvider& credentials_;
  Clock const& clock_;
  HttpCaller http_;
  WaitingCalls waiting_;
};

}  // namespace treadle::integrations::kubernetes
