#include "treadle/integrations/optimized/http_task_request.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/arn.h"
#include "treadle/base/base64.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/optimized/http_parameters.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::optimized {
namespace {

constexpr Milliseconds kTimeMax = std::chrono::seconds(60);
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

auto member(json::Value object, std::string_view name) -> json::Value {
  auto const* found = object.find(name);
  return found == nullptr ? json::Value() : *found;
}

// "NAME" of "arn:aws:events:REGION:ACCOUNT:connection/NAME/ID".
auto connection_name(std::string_view arn) -> std::string_view {
  constexpr std::string_view kKind = "connection/";
  auto const parsed = parse_arn(arn);
  if (!parsed || !parsed->resource.starts_with(kKind)) return {};
  auto const name = parsed->resource.substr(kKind.size());
  return name.substr(0, name.find('/'));
}

// nullptr: none of that name is configured.
auto find_connection(json::Value parameters, HttpTaskSettings const& settings)
    -> Checked<Connection const*> {
  auto arn = TRY(text_member(member(parameters, "InvocationConfig"), "ConnectionArn"));
  if (arn.empty()) arn = TRY(text_member(member(parameters, "Authentication"), "ConnectionArn"));
  if (arn.empty()) return std::unexpected("The field 'ConnectionArn' is required but was missing");
  auto const name = connection_name(arn);
  for (auto const& connection : settings.connections)
    if (connection.arn.empty() ? connection.name == name : connection.arn == arn)
      return &connection;
  return nullptr;
}

void add_authorization(net::Headers& headers, Connection const& connection) {
  if (connection.authorization == Authorization::kBasic)
    headers.set("Authorization",
                "Basic " + base64_encode(connection.user + ":" + connection.secret));
  if (connection.authorization == Authorization::kApiKey)
    headers.set(connection.user, connection.secret);
}

auto add_query(std::string& url, std::vector<QueryField> fields, Fields const& of_connection)
    -> void {
  for (auto const& [name, value] : of_connection) {
    std::erase_if(fields, [&](QueryField const& field) { return field.name == name; });
    fields.push_back({name, value});
  }
  if (fields.empty()) return;
  url += (url.contains('?') ? "&" : "?") + query_text(fields);
}

auto array_format(json::Value transform) -> Checked<ArrayFormat> {
  constexpr std::pair<std::string_view, ArrayFormat> kFormats[] = {
      {"INDICES", ArrayFormat::kIndices},
      {"REPEAT", ArrayFormat::kRepeat},
      {"COMMAS", ArrayFormat::kCommas},
      {"BRACKETS", ArrayFormat::kBrackets},
  };
  auto const name = TRY(text_member(member(transform, "RequestEncodingOptions"), "ArrayFormat"));
  if (name.empty()) return ArrayFormat::kIndices;
  for (auto const& [text, format] : kFormats)
    if (text == name) return format;
  return std::unexpected(fmt::format("'{}' is none of INDICES, REPEAT, COMMAS and BRACKETS", name));
}

auto merged_body(json::Arena& arena, json::Value body, Fields const& fields)
    -> Checked<json::Value> {
  if (fields.empty()) return body;
  if (body.is_null()) body = json::make_object(arena, {});
  if (!body.is_object())
    return std::unexpected(
        "The field 'RequestBody' must be an object, since the connection adds members to it");
  for (auto const& [name, value] : fields)
    body = json::with_member(arena, body, json::make_string(arena, name).as_string(),
                             json::make_string(arena, value));
  return body;
}

auto add_body(json::Arena& arena, net::ClientRequest& http, json::Value parameters,
              Connection const& connection) -> Checked<void> {
  auto const body =
      TRY(merged_body(arena, member(parameters, "RequestBody"), connection.fields.body));
  if (body.is_null()) return {};
  auto const transform = member(parameters, "Transform");
  auto const encoding = TRY(text_member(transform, "RequestBodyEncoding"));
  if (encoding == "URL_ENCODED") {
    if (!body.is_object())
      return std::unexpected("The field 'RequestBody' must be an object to be URL encoded");
    http.body = form_encode(body, TRY(array_format(transform)));
    if (!http.headers.find("Content-Type")) http.headers.set("Content-Type", kFormType);
    return {};
  }
  if (!encoding.empty() && encoding != "NONE")
    return std::unexpected(fmt::format("'{}' is neither NONE nor URL_ENCODED", encoding));
  http.body = body.is_string() ? std::string(body.as_string()) : json::print(body);
  if (!http.headers.find("Content-Type"))
    http.headers.set("Content-Type", "application/json; charset=UTF-8");
  return {};
}

void set_limits(net::ClientRequest& http, Milliseconds total) {
  http.deadlines = {
      .connect = std::min(Milliseconds(5'000), total), .first_byte = total, .total = total};
  http.max_response_bytes = limits::kPayloadBytes;
}

auto build(TaskCall const& call, HttpTaskSettings const& settings) -> Checked<HttpTaskRequest> {
  json::Arena arena;
  auto const parsed = json::parse(arena, call.parameters);
  if (!parsed || !parsed->is_object()) return std::unexpected("The parameters must be an object");
  HttpTaskRequest out;
  auto& http = out.http;
  http.url = TRY(text_member(*parsed, "ApiEndpoint"));
  http.method = TRY(text_member(*parsed, "Method"));
  if (http.url.empty())
    return std::unexpected("The field 'ApiEndpoint' is required but was missing");
  if (http.method.empty()) return std::unexpected("The field 'Method' is required but was missing");
  if (!is_http_method(http.method))
    return std::unexpected(fmt::format("'{}' is no method that may be called", http.method));
  TRY(check_scheme(http.url, settings));
  out.connection = TRY(find_connection(*parsed, settings));
  if (out.connection == nullptr) return out;
  auto const& connection = *out.connection;
  http.headers = TRY(read_headers("http", member(*parsed, "Headers")));
  for (auto const& [name, value] : connection.fields.headers) http.headers.set(name, value);
  add_authorization(http.headers, connection);
  add_query(http.url, TRY(read_query(member(*parsed, "QueryParameters"))), connection.fields.query);
  TRY(add_body(arena, http, *parsed, connection));
  http.headers.set("User-Agent", fmt::format("Amazon|StepFunctions|HttpInvoke|{}", call.region));
  http.headers.set("Range", fmt::format("bytes=0-{}", limits::kPayloadBytes));
  if (!call.idempotency_key.empty())
    http.headers.set("Treadle-Idempotency-Key", call.idempotency_key);
  set_limits(http, std::min(call_time(call).value_or(kTimeMax), kTimeMax));
  return out;
}

}  // namespace

auto make_http_task_request(TaskCall const& call, HttpTaskSettings const& settings)
    -> Result<HttpTaskRequest, CallFailed> {
  auto request = build(call, settings);
  if (!request) return std::unexpected(cannot_start(call, {request.error()}));
  if (request->connection == nullptr)
    return std::unexpected(
        task_failure("Events.ConnectionResource.ResourceNotFound",
                     "There is no such connection: name it under connections in treadle.yaml.",
                     CallStage::kStart));
  return std::move(*request);
}

auto make_token_request(Connection const& connection) -> net::ClientRequest {
  net::ClientRequest http;
  http.method = connection.token_method;
  http.url = connection.token_url;
  add_query(http.url, {}, connection.token_fields.query);
  for (auto const& [name, value] : connection.token_fields.headers) http.headers.set(name, value);
  std::vector<QueryField> form{{"grant_type", "client_credentials"},
                               {"client_id", connection.user},
                               {"client_secret", connection.secret}};
  for (auto const& [name, value] : connection.token_fields.body) form.push_back({name, value});
  http.body = query_text(form);
  http.headers.set("Content-Type", kFormType);
  http.headers.set("Accept", "application/json");
  set_limits(http, std::chrono::seconds(10));
  return http;
}

auto check_scheme(std::string const& url, HttpTaskSettings const& settings)
    -> Result<void, std::string> {
  auto const parsed = net::parse_url(url);
  if (!parsed) return std::unexpected(fmt::format("'{}' is no URL that may be called", url));
  if (parsed->is_https) return {};
  auto const with_port = fmt::format("{}:{}", parsed->host, parsed->port);
  for (auto const& allowed : settings.allow_http)
    if (allowed == parsed->host || allowed == with_port || allowed == parsed->authority) return {};
  return std::unexpected(fmt::format(
      "'{}' is not https: its host must be among allowHttp of httpTask in treadle.yaml", url));
}

}  // namespace treadle::integrations::optimized
