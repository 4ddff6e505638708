// Source: Smithy 2.0, "Operation error serialization" of each protocol; S3 API reference, "Error responses".
#include "treadle/integrations/aws_sdk/answer_error.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/integrations/aws_sdk/names.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

constexpr std::size_t kCodeBytesMax = 256;
constexpr std::size_t kMessageBytesMax = 32'768;
constexpr std::size_t kIdBytesMax = 256;

auto first_text(Value object, std::initializer_list<std::string_view> names) -> std::string_view {
  for (auto const name : names)
    if (auto const* const found = object.find(name); found != nullptr && found->is_string())
      return found->as_string();
  return {};
}

// "aws.protocoltests#FooError:http://..." names FooError.
auto bare_code(std::string_view code) -> std::string_view {
  code = code.substr(0, code.find(':'));
  return code.substr(code.rfind('#') + 1);
}

auto header(net::Headers const& headers, std::string_view name) -> std::string {
  return header_text(headers.find(name).value_or(""));
}

auto cut(std::string_view text, std::size_t bytes_max) -> std::string {
  return std::string(utf8::truncate(text, bytes_max));
}

auto find_exception(ServiceModel const& service, Operation const& operation, std::string_view code)
    -> Shape const* {
  if (code.empty()) return nullptr;
  auto const is_named = [&](Shape const& shape) {
    return shape.error_code == code || shape.name == code;
  };
  for (auto const index : operation.errors)
    if (is_named(service.shape(index))) return &service.shape(index);
  for (auto const& shape : service.shapes)
    if (shape.is_exception && is_named(shape)) return &shape;
  return nullptr;
}

// Finishes `error`, whose code and message are as the service has them; `shape_name` is another name
// that the model may know.
auto finish(ServiceModel const& service, Operation const& operation, net::Headers const& headers,
            ServiceError error, std::string_view shape_name = {}) -> ServiceError {
  auto const* shape = find_exception(service, operation, error.code);
  if (shape == nullptr) shape = find_exception(service, operation, shape_name);
  error.is_modelled = shape != nullptr;
  if (shape != nullptr) error.exception = exception_name(shape->name);
  if (auto id = request_id_of(headers); !id.empty()) error.request_id = std::move(id);
  if (auto id = header(headers, "x-amz-id-2"); !id.empty())
    error.extended_request_id = std::move(id);
  if (error.code.empty()) {
    error.code = fmt::format("{}", error.status);
    if (error.message.empty()) error.message = net::reason_phrase(error.status);
  }
  error.code = cut(error.code, kCodeBytesMax);
  error.message = cut(error.message, kMessageBytesMax);
  error.request_id = cut(error.request_id, kIdBytesMax);
  error.extended_request_id = cut(error.extended_request_id, kIdBytesMax);
  return error;
}

// S3 answers HEAD without a body; its SDK knows what is missing by what was asked for.
auto code_of_head(ServiceModel const& service, Operation const& operation, int status)
    -> std::string_view {
  if (service.service_id != "S3" || status != 404) return {};
  if (operation.name == "HeadObject") return "NoSuchKey";
  return operation.name == "HeadBucket" ? "NoSuchBucket" : "";
}

auto read_json_error(ServiceModel const& service, Operation const& operation, int status,
                     net::Headers const& headers, std::string_view body) -> ServiceError {
  json::Arena arena;
  auto const parsed = json::parse(arena, body);
  auto const object = parsed ? *parsed : Value();
  ServiceError error{.status = status};
  auto const in_body = service.protocol == Protocol::kRestJson
                           ? first_text(object, {"code", "Code", "__type"})
                           : first_text(object, {"__type", "code", "Code"});
  auto type = header(headers, "x-amzn-errortype");
  if (type.empty()) type = in_body;
  auto const name = bare_code(type);
  error.code = name;
  // "AWS.SimpleQueueService.NonExistentQueue;Sender"
  if (auto const query_error = header(headers, "x-amzn-query-error"); service.is_query_compatible)
    if (auto const code = query_error.substr(0, query_error.find(';')); !code.empty())
      error.code = code;
  error.message = first_text(object, {"message", "Message", "errorMessage"});
  return finish(service, operation, headers, std::move(error), name);
}

}  // namespace

auto read_error(ServiceModel const& service, Operation const& operation, int status,
                net::Headers const& headers, std::string_view body) -> ServiceError {
  if (service.protocol == Protocol::kJson || service.protocol == Protocol::kRestJson)
    return read_json_error(service, operation, status, headers, body);
  json::Arena arena;
  if (!body.empty())
    if (auto const root = parse_xml(arena, body))
      return read_error(service, operation, status, headers, **root);
  ServiceError error{.status = status};
  error.code = code_of_head(service, operation, status);
  return finish(service, operation, headers, std::move(error));
}

// <ErrorResponse><Error>, S3's <Error>, <Response><Errors><Error>.
auto read_error(ServiceModel const& service, Operation const& operation, int status,
                net::Headers const& headers, XmlNode const& root) -> ServiceError {
  ServiceError error{.status = status};
  auto const* of = &root;
  if (auto const* const errors = root.child("Errors")) of = errors;
  if (auto const* const inner = of->child("Error")) of = inner;
  if (of == &root && root.name != "Error")
    return finish(service, operation, headers, std::move(error));
  error.code = of->text_of("Code");
  error.message = of->text_of("Message");
  if (error.message.empty()) error.message = of->text_of("message");
  for (auto const name : {"RequestId", "RequestID", "requestId"})
    for (auto const* const place : {&root, of})
      if (error.request_id.empty()) error.request_id = place->text_of(name);
  error.extended_request_id = of->text_of("HostId");
  return finish(service, operation, headers, std::move(error));
}

auto unreadable_answer(int status, net::Headers const& headers, std::string message)
    -> ServiceError {
  return {.message = std::move(message),
          .status = status,
          .request_id = cut(request_id_of(headers), kIdBytesMax)};
}

auto request_id_of(net::Headers const& headers) -> std::string {
  for (auto const name : {"x-amzn-requestid", "x-amz-request-id", "x-amz-requestid"})
    if (auto id = header(headers, name); !id.empty()) return id;
  return {};
}

auto header_text(std::string_view value) -> std::string {
  if (utf8::is_valid(value)) return std::string(value);
  std::string out;
  for (char const c : value) utf8::append(out, static_cast<unsigned char>(c));
  return out;
}

}  // namespace treadle::integrations::aws_sdk
