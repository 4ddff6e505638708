// eks:call and eks:runJob: requests to the Kubernetes API of an Amazon EKS cluster.
// Source: Step Functions Developer Guide, "Create and manage Amazon EKS clusters", "Kubernetes API
// integrations".
#pragma once

#include "treadle/integrations/connector.h"
#include "treadle/integrations/kubernetes/cluster_client.h"

namespace treadle::integrations::kubernetes {

class EksConnector final : public Connector {
 public:
  explicit EksConnector(ClusterClient& client) : client_(client) {}  // outlives this

  // {"ResponseBody","StatusCode","StatusText"}; EKS.STATUS of any status but 2xx,
  // EKS.SdkClientException where there was no answer. A job that an earlier delivery has made is
  // given as if this one had: DIFFERS: it carries an annotation by which that is seen.
  void invoke(TaskCall call, CallDone done) override;
  void cancel(CallId id) override;

 private:
  void run_job(TaskCall call, CallDone done);

  ClusterClient& client_;
};

}  // namespace treadle::integrations::kubernetes
