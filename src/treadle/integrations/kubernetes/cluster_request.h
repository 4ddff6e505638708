// Requests to the API server of an Amazon EKS cluster, and what tasks show of its answers.
// Source: Step Functions Developer Guide, "Create and manage Amazon EKS clusters"; Kubernetes API
// reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/optimized/http_parameters.h"
#include "treadle/json/value.h"
#include "treadle/net/http_client.h"

namespace treadle::integrations::kubernetes {

using optimized::Checked;
using optimized::QueryField;

struct Cluster {
  std::string name;
  std::string certificates;  // PEM: whom its server's certificate must be from
  std::string endpoint;      // "https://HOST", without a slash at its end
};

// From ClusterName, CertificateAuthority (base64 of PEM) and Endpoint (https). An error is a sentence.
[[nodiscard]] auto read_cluster(json::Value parameters) -> Checked<Cluster>;

struct ClusterRequest {
  Cluster cluster;
  std::string method = "GET";
  std::string target{};  // path and query, percent-encoded
  std::string body{};
  std::string content_type{};  // empty: without a body
};

// Of eks:call. A body for PATCH is a JSON patch where it is an array, else a merge patch.
[[nodiscard]] auto read_call(json::Value parameters) -> Checked<ClusterRequest>;

// "/apis/batch/v1/namespaces/NS/jobs", and "/NAME" where there is one.
struct JobName {
  std::string space;  // its namespace
  std::string name;
};
[[nodiscard]] auto job_target(JobName const& job) -> std::string;

// "?a=b", or nothing.
[[nodiscard]] auto with_query(std::string target, std::vector<QueryField> const& query)
    -> std::string;

// {"ResponseBody":...,"StatusCode":N,"StatusText":...}: the body is JSON where it is any.
[[nodiscard]] auto answer_text(net::ClientResponse const& response) -> std::string;

// answer_text(), or EKS.STATUS with that as its cause where the status is not 2xx.
[[nodiscard]] auto to_result(TaskCall const& call, net::ClientResponse const& response)
    -> CallResult;

}  // namespace treadle::integrations::kubernetes
