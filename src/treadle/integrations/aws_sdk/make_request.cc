// Where each parameter of a call goes.
// Source: Smithy 2.0, "HTTP binding traits"; the pages of the AWS protocols.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/integrations/aws_sdk/checksum.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/integrations/aws_sdk/parameters.h"
#include "treadle/integrations/aws_sdk/request_bodies.h"
#include "treadle/json/arena.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

// A value among others of one header: in quotes where it would be taken for two.
auto quoted(std::string value) -> std::string {
  if (value.find_first_of("\",") == std::string::npos) return value;
  std::string out = "\"";
  for (char const c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// The REST protocols: members in path, query, headers, body.
class RestRequest {
 public:
  RestRequest(ServiceModel const& service, Operation const& operation, Value parameters)
      : service_(service), operation_(operation), parameters_(parameters) {}

  auto make() -> ServiceRequest {
    request_.method = operation_.method;
    if (operation_.input) {
      auto const& input = service_.shape(*operation_.input);
      for (auto const& member : input.members)
        if (auto const* const value = given(parameters_, member)) place(member, *value);
      write_body(input);
    }
    write_target();
    return std::move(request_);
  }

 private:
  void place(Member const& member, Value value) {
    switch (member.location) {
      case Location::kQueryString: return query(member, member.wire_name, value);
      case Location::kHeader: return header(member, value);
      case Location::kHeaders:
        for (auto const& entry : value.members())
          request_.headers.set(
              std::string(member.wire_name) + std::string(entry.key),
              text(*service_.shape(member.shape).element, entry.value, TimestampFormat::kRfc822));
        return;
      default: return;
    }
  }

  [[nodiscard]] auto text(Member const& member, Value value, TimestampFormat format) const
      -> std::string {
    return scalar_text(service_, member, value, format);
  }

  void query(Member const& member, std::string_view name, Value value) {
    auto const& shape = service_.shape(member.shape);
    if (shape.type == ShapeType::kList) {
      for (auto const& one : value.elements()) query(*shape.element, name, one);
    } else if (shape.type == ShapeType::kMap) {
      for (auto const& entry : value.members()) query(*shape.element, entry.key, entry.value);
    } else {
      query_ += query_.empty() ? "" : "&";
      query_ += net::percent_encode(name) + '=' +
                net::percent_encode(text(member, value, TimestampFormat::kIso8601));
    }
  }

  void header(Member const& member, Value value) {
    auto const& shape = service_.shape(member.shape);
    std::string line;
    if (member.is_json_value) {
      line = base64_encode(blob_bytes(value));
    } else if (shape.type == ShapeType::kList) {
      if (value.size() == 0) return;
      for (auto const& one : value.elements())
        line += quoted(text(*shape.element, one, TimestampFormat::kRfc822)) + ',';
      line.pop_back();
    } else {
      line = text(member, value, TimestampFormat::kRfc822);
    }
    request_.headers.set(member.wire_name, line);
  }

  void write_body(Shape const& input) {
    bool const is_xml = service_.protocol == Protocol::kRestXml;
    if (!input.payload.empty()) return write_payload(input, is_xml);
    bool const has_members = std::ranges::any_of(
        input.members, [](Member const& one) { return one.location == Location::kBody; });
    if (!has_members) return;
    if (!is_xml) {
      request_.body = write_json_body(service_, input, parameters_);
      return content_type("application/json");
    }
    bool const has_any = std::ranges::any_of(input.members, [&](Member const& one) {
      return one.location == Location::kBody && given(parameters_, one) != nullptr;
    });
    if (!has_any) return;
    Member root;
    root.wire_name = operation_.input_wire_name.empty() ? input.name : operation_.input_wire_name;
    root.xml_namespace = operation_.input_xml_namespace;
    root.shape = *operation_.input;
    request_.body = write_xml_body(service_, root, parameters_);
    content_type("application/xml");
  }

  void write_payload(Shape const& input, bool is_xml) {
    auto const at = std::ranges::find(input.members, input.payload, &Member::name);
    if (at == input.members.end()) return;
    auto const* const value = given(parameters_, *at);
    auto const type = service_.shape(at->shape).type;
    if (type == ShapeType::kBlob || type == ShapeType::kString) {
      if (value == nullptr) return;
      request_.body = blob_bytes(*value);
      content_type(type == ShapeType::kBlob ? "application/octet-stream" : "text/plain");
    } else if (is_xml) {
      if (value == nullptr) return;
      request_.body = write_xml_body(service_, *at, *value);
      content_type("application/xml");
    } else {
      request_.body = value == nullptr ? "{}" : write_json_payload(service_, *at, *value);
      content_type("application/json");
    }
  }

  // What a member put there stands.
  void content_type(std::string_view type) {
    if (!request_.headers.find("Content-Type")) request_.headers.add("Content-Type", type);
  }

  void write_target() {
    auto const [path, own_query] = net::split_target(operation_.uri);
    for (std::size_t at = 0; at < path.size();) {
      auto const open = path.find('{', at);
      auto const close = path.find('}', open);
      if (open == std::string_view::npos || close == std::string_view::npos) {
        request_.target += path.substr(at);
        break;
      }
      request_.target += path.substr(at, open - at);
      auto label = path.substr(open + 1, close - open - 1);
      bool const is_greedy = label.ends_with('+');
      if (is_greedy) label.remove_suffix(1);
      request_.target += net::percent_encode(label_text(label),
                                             is_greedy ? net::Slash::kKeep : net::Slash::kEncode);
      at = close + 1;
    }
    if (own_query.empty() && query_.empty()) return;
    request_.target += '?';
    request_.target += own_query;
    if (!own_query.empty() && !query_.empty()) request_.target += '&';
    request_.target += query_;
  }

  [[nodiscard]] auto label_text(std::string_view label) const -> std::string {
    if (!operation_.input) return {};
    for (auto const& member : service_.shape(*operation_.input).members) {
      if (member.location != Location::kUri || member.wire_name != label) continue;
      auto const* const value = given(parameters_, member);
      if (value == nullptr) return {};
      auto out = text(member, *value, TimestampFormat::kIso8601);
      // "/hostedzone/Z1", as Route 53 answers, is taken for "Z1".
      auto const& shape = service_.shape(member.shape).name;
      bool const is_id = shape == "ResourceId" || shape == "DelegationSetId" || shape == "ChangeId";
      auto const slash =
          service_.service_id == "Route 53" && is_id ? out.rfind('/') : std::string::npos;
      if (slash != std::string::npos && slash + 1 < out.size()) out.erase(0, slash + 1);
      return out;
    }
    return {};
  }

  ServiceModel const& service_;
  Operation const& operation_;
  Value const parameters_;
  ServiceRequest request_;
  std::string query_;
};

auto make_json(ServiceModel const& service, Operation const& operation, Value parameters)
    -> ServiceRequest {
  ServiceRequest request{.method = std::string(operation.method), .target = "/"};
  request.headers.add("X-Amz-Target", fmt::format("{}.{}", service.target_prefix, operation.name));
  request.headers.add("Content-Type",
                      fmt::format("application/x-amz-json-{}", service.json_version));
  if (service.is_query_compatible) request.headers.add("x-amzn-query-mode", "true");
  static Shape const kNothing;
  request.body = write_json_body(
      service, operation.input ? service.shape(*operation.input) : kNothing, parameters);
  return request;
}

auto make_form(ServiceModel const& service, Operation const& operation, Value parameters)
    -> ServiceRequest {
  ServiceRequest request{.method = std::string(operation.method), .target = "/"};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = write_form_body(service, operation, parameters);
  return request;
}

// "{AccountId}." with its label filled in.
auto host_prefix(ServiceModel const& service, Operation const& operation, Value parameters)
    -> std::string {
  std::string prefix(operation.host_prefix);
  if (!operation.input) return prefix;
  for (auto const& member : service.shape(*operation.input).members) {
    auto const* const value = member.is_host_label ? given(parameters, member) : nullptr;
    auto const label = fmt::format("{{{}}}", member.name);
    auto const at = prefix.find(label);
    if (value != nullptr && value->is_string() && at != std::string::npos)
      prefix.replace(at, label.size(), value->as_string());
  }
  return prefix;
}

void add_checksum(ServiceModel const& service, Operation const& operation, Value parameters,
                  ServiceRequest& request) {
  std::string_view algorithm;
  if (operation.input && !operation.checksum_member.empty())
    for (auto const& member : service.shape(*operation.input).members)
      if (auto const* const value = given(parameters, member);
          member.name == operation.checksum_member && value != nullptr && value->is_string())
        algorithm = value->as_string();
  if (auto const sum = checksum(algorithm, request.body)) {
    std::string name = "x-amz-checksum-";
    for (char const c : algorithm)
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!request.headers.find(name)) request.headers.add(name, *sum);
  } else if (operation.needs_checksum && !request.headers.find("Content-MD5")) {
    request.headers.add("Content-MD5", md5_checksum(request.body));
  }
}

// What two services ask for and their models do not say.
void add_fixed_headers(ServiceModel const& service, ServiceRequest& request) {
  if (service.service_id == "Glacier")
    request.headers.set("x-amz-glacier-version", service.api_version);
  if (service.service_id == "API Gateway" && !request.headers.find("Accept"))
    request.headers.add("Accept", "application/json");
}

auto with_token(json::Arena& arena, ServiceModel const& service, Operation const& operation,
                Value parameters, std::string_view token) -> Value {
  if (!operation.input || token.empty() || !parameters.is_object()) return parameters;
  for (auto const& member : service.shape(*operation.input).members)
    if (member.is_idempotency_token && given(parameters, member) == nullptr)
      parameters =
          json::with_member(arena, parameters, member.shown_name, json::make_string(arena, token));
  return parameters;
}

}  // namespace

auto make_request(ServiceModel const& service, Operation const& operation, Value parameters,
                  std::string_view idempotency_token)
    -> Result<ServiceRequest, std::vector<std::string>> {
  if (service.protocol == Protocol::kOther)
    return std::unexpected(std::vector{fmt::format(
        "The service '{}' speaks a protocol that treadle does not know", service.service_id)});
  if (has_event_stream(service, operation.output))
    return std::unexpected(std::vector{fmt::format(
        "The operation '{}' answers with a stream of events, which Step Functions can't show",
        operation.name)});
  json::Arena arena;
  if (parameters.is_null()) parameters = json::make_object(arena, {});
  parameters = with_token(arena, service, operation, parameters, idempotency_token);
  if (auto problems = check_parameters(service, operation, parameters); !problems.empty())
    return std::unexpected(std::move(problems));
  auto request = [&] {
    switch (service.protocol) {
      case Protocol::kJson: return make_json(service, operation, parameters);
      case Protocol::kQuery:
      case Protocol::kEc2: return make_form(service, operation, parameters);
      default: return RestRequest(service, operation, parameters).make();
    }
  }();
  request.host_prefix = host_prefix(service, operation, parameters);
  add_checksum(service, operation, parameters, request);
  add_fixed_headers(service, request);
  return request;
}

}  // namespace treadle::integrations::aws_sdk
