#include "treadle/api/errors.h"

#include "treadle/api/object_writer.h"

namespace treadle::api {
namespace {

// `,"name":"value"`
auto member(std::string_view name, std::string_view value) -> std::string {
  auto const object = ObjectWriter().text(name, value).take();
  return "," + object.substr(1, object.size() - 2);
}

}  // namespace

auto invalid_because(std::string_view reason, std::string message) -> ApiError {
  return {.code = "ValidationException",
          .message = std::move(message),
          .members = member("reason", reason)};
}

auto conflict(std::string message) -> ApiError {
  return {.code = "ConflictException", .message = std::move(message), .status = 409};
}

auto quota_exceeded(std::string message) -> ApiError {
  return {.code = "ServiceQuotaExceededException", .message = std::move(message), .status = 402};
}

auto resource_not_found(std::string_view arn) -> ApiError {
  return {.code = "ResourceNotFound",
          .message = "Request references a resource that does not exist.",
          .members = member("resourceName", arn)};
}

}  // namespace treadle::api
