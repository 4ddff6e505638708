// eks:runJob.sync: Kubernetes Jobs that are waited for, and the logs of their pods.
// Source: Step Functions Developer Guide, "Create and manage Amazon EKS clusters", "RunJob";
// Kubernetes API reference, "Job v1", "Pod v1".
#pragma once

#include <memory>

#include "treadle/integrations/jobs/job_connector.h"
#include "treadle/integrations/kubernetes/cluster_client.h"

namespace treadle::integrations::kubernetes {

// A job gives its description; with LogOptions.RetrieveLogs also "logs":
// {"pods":{POD:{"containers":{CONTAINER:{"log":...}}}}}, "error" and "cause" in place of a log that
// can't be read. Logs are JSON where they are any, unless RawLogs is set. One that is stopped is
// deleted with its pods. `client` outlives it.
[[nodiscard]] auto make_eks_job_service(ClusterClient& client) -> std::shared_ptr<jobs::JobService>;

}  // namespace treadle::integrations::kubernetes
