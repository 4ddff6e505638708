#include "treadle/integrations/kubernetes/cluster_request.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/http_metadata.h"
#include "treadle/integrations/lambda_result.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::kubernetes {
namespace {

using optimized::text_member;

auto required(json::Value parameters, std::string_view name) -> Checked<std::string> {
  auto text = TRY(text_member(parameters, name));
  if (text.empty())
    return std::unexpected(fmt::format("The field '{}' is required but was missing", name));
  return text;
}

auto is_method(std::string_view method) -> bool {
  constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"};
  return std::ranges::find(kMethods, method) != std::end(kMethods);
}

auto content_type(std::string_view method, std::string_view body) -> std::string {
  if (body.empty()) return {};
  if (method != "PATCH") return "application/json";
  auto const first = body.find_first_not_of(" \t\r\n");
  bool const is_array = first != std::string_view::npos && body[first] == '[';
  return is_array ? "application/json-patch+json" : "application/merge-patch+json";
}

}  // namespace

auto read_cluster(json::Value parameters) -> Checked<Cluster> {
  Cluster cluster;
  cluster.name = TRY(required(parameters, "ClusterName"));
  auto const certificates = base64_decode(TRY(required(parameters, "CertificateAuthority")));
  if (!certificates || !certificates->contains("-----BEGIN CERTIFICATE-----"))
    return std::unexpected(
        "The field 'CertificateAuthority' must be certificates in PEM form, encoded as base64");
  cluster.certificates = *certificates;
  cluster.endpoint = TRY(required(parameters, "Endpoint"));
  while (cluster.endpoint.ends_with('/')) cluster.endpoint.pop_back();
  auto const parts = net::split_absolute(cluster.endpoint);
  if (!parts || !parts->is_https || !net::is_origin_form(parts->rest) || parts->rest.contains('?'))
    return std::unexpected(fmt::format("'{}' is no https URL of an API server", cluster.endpoint));
  return cluster;
}

auto read_call(json::Value parameters) -> Checked<ClusterRequest> {
  ClusterRequest request{.cluster = TRY(read_cluster(parameters))};
  request.method = TRY(required(parameters, "Method"));
  if (!is_method(request.method))
    return std::unexpected(
        fmt::format("'{}' is none of GET, POST, PUT, DELETE, HEAD and PATCH", request.method));
  auto path = TRY(required(parameters, "Path"));
  if (!path.starts_with('/')) path.insert(0, "/");
  // A path that is already written as it goes on the wire stays as it is.
  if (!net::is_origin_form(path)) path = net::percent_encode(path, net::Slash::kKeep);
  auto const* const query = parameters.find("QueryParameters");
  request.target = with_query(
      std::move(path), TRY(optimized::read_query(query == nullptr ? json::Value() : *query)));
  if (auto const* const body = parameters.find("RequestBody"); body != nullptr && !body->is_null())
    request.body = body->is_string() ? std::string(body->as_string()) : json::print(*body);
  request.content_type = content_type(request.method, request.body);
  return request;
}

auto job_target(JobName const& job) -> std::string {
  auto target = fmt::format("/apis/batch/v1/namespaces/{}/jobs", net::percent_encode(job.space));
  if (!job.name.empty()) target += '/' + net::percent_encode(job.name);
  return target;
}

auto with_query(std::string target, std::vector<QueryField> const& query) -> std::string {
  if (query.empty()) return target;
  target += target.contains('?') ? '&' : '?';
  return target + optimized::query_text(query);
}

auto answer_text(net::ClientResponse const& response) -> std::string {
  json::Arena arena;
  auto const parsed = json::parse(arena, response.body);
  auto const body = parsed ? *parsed : json::make_string(arena, to_utf8(response.body));
  json::Member const members[] = {
      {"ResponseBody", body},
      {"StatusCode", json::make_number(arena, std::int64_t{response.status})},
      {"StatusText", json::make_string(arena, net::reason_phrase(response.status))}};
  return json::print(json::make_object(arena, members));
}

auto to_result(TaskCall const& call, net::ClientResponse const& response) -> CallResult {
  auto text = answer_text(response);
  if (response.status < 200 || response.status > 299)
    return task_failure(fmt::format("EKS.{}", response.status), text);
  if (text.size() > limits::kPayloadBytes) return result_too_large(call);
  return CallSucceeded{std::move(text)};
}

}  // namespace treadle::integrations::kubernetes
