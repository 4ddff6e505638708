#include "treadle/api/actions/machine_common.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/base/limits.h"
#include "treadle/base/random.h"
#include "treadle/base/utf8.h"

namespace treadle::api {
namespace {

auto bad_logging(std::string_view why) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"InvalidLoggingConfiguration",
                                  fmt::format("Invalid Logging Configuration: {}", why)});
}

auto bad_type(std::string_view name) -> std::unexpected<ApiError> {
  return std::unexpected(
      ApiError{"SerializationException", fmt::format("A member of {} has the wrong type.", name)});
}

// The group of a destination: {"cloudWatchLogsLogGroup": {"logGroupArn": "..."}}.
auto log_group_of(json::Value destination) -> std::optional<std::string_view> {
  auto const* const group = member_of(destination, "cloudWatchLogsLogGroup");
  return group == nullptr ? std::nullopt : text_of(*group, "logGroupArn");
}

auto read_logging(json::Value const& logging) -> std::expected<std::string, ApiError> {
  auto const level = text_of(logging, "level").value_or("OFF");
  if (member_of(logging, "level") != nullptr && !text_of(logging, "level"))
    return bad_type("loggingConfiguration");
  if (level != "ALL" && level != "ERROR" && level != "FATAL" && level != "OFF")
    return std::unexpected(ApiError{
        "ValidationException",
        fmt::format(
            "1 validation error detected: Value '{}' at 'loggingConfiguration.level' failed to "
            "satisfy constraint: Member must satisfy enum value set: [ALL, ERROR, FATAL, OFF]",
            level)});
  auto const* const destinations = member_of(logging, "destinations");
  if (destinations != nullptr && !destinations->is_array()) return bad_type("loggingConfiguration");
  auto const count = destinations == nullptr ? 0 : destinations->size();
  if (level != "OFF" && count != 1) return bad_logging("Must specify exactly one Log Destination.");
  if (count > 1) return bad_logging("Must specify exactly one Log Destination.");
  ObjectWriter out;
  out.text("level", level)
      .flag("includeExecutionData", flag_of(logging, "includeExecutionData", false));
  if (count == 1) {
    auto const group = log_group_of(destinations->elements()[0]);
    if (!group || !group->ends_with(":*"))
      return bad_logging("Log Destination must end with ':*'.");
    out.raw("destinations", json::print(*destinations));
  }
  return out.take();
}

auto read_encryption(json::Value const& encryption) -> std::expected<std::string, ApiError> {
  auto const type = text_of(encryption, "type");
  bool const customer = type == "CUSTOMER_MANAGED_KMS_KEY";
  if (!customer && type != "AWS_OWNED_KEY")
    return std::unexpected(ApiError{"InvalidEncryptionConfiguration",
                                    "Invalid Encryption Configuration: the type must be "
                                    "AWS_OWNED_KEY or CUSTOMER_MANAGED_KMS_KEY"});
  if (customer != text_of(encryption, "kmsKeyId").has_value())
    return std::unexpected(ApiError{"InvalidEncryptionConfiguration",
                                    "Invalid Encryption Configuration: kmsKeyId must be given "
                                    "exactly for CUSTOMER_MANAGED_KMS_KEY"});
  return json::print(encryption);
}

}  // namespace

auto read_settings(json::Value request) -> std::expected<MachineSettings, ApiError> {
  MachineSettings settings;
  if (auto const* logging = member_of(request, "loggingConfiguration"))
    settings.logging = TRY(read_logging(*logging));
  if (auto const* tracing = member_of(request, "tracingConfiguration")) {
    auto const* const enabled = member_of(*tracing, "enabled");
    if (enabled != nullptr && !enabled->is_bool()) return bad_type("tracingConfiguration");
    settings.tracing = ObjectWriter().flag("enabled", flag_of(*tracing, "enabled", false)).take();
  }
  if (auto const* encryption = member_of(request, "encryptionConfiguration"))
    settings.encryption = TRY(read_encryption(*encryption));
  return settings;
}

auto check_publish(json::Value request) -> std::optional<ApiError> {
  bool const publish = flag_of(request, "publish", false);
  if (text_of(request, "versionDescription") && !publish)
    return ApiError{"ValidationException",
                    "Version description can only be set when publish is true"};
  if (publish)
    return ApiError{"ValidationException", "This release of treadle does not support versions."};
  return std::nullopt;
}

auto compile(std::string_view definition, asl::MachineType type)
    -> std::expected<asl::DefinitionPtr, ApiError> {
  auto parsed = asl::parse_definition(definition, {.type = type, .strict_aws = false});
  if (!parsed.definition)
    return std::unexpected(
        ApiError{"InvalidDefinition", asl::invalid_definition_text(parsed.diagnostics)});
  return std::move(parsed.definition);
}

auto read_tags(json::Value const* tags, std::vector<runtime::Tag> current)
    -> std::expected<std::vector<runtime::Tag>, ApiError> {
  if (tags == nullptr) return current;
  for (auto const& tag : tags->elements()) {
    auto const key = tag.is_object() ? text_of(tag, "key") : std::nullopt;
    auto const value = tag.is_object() ? text_of(tag, "value") : std::nullopt;
    if (!key || key->empty() || utf8::count_code_points(*key) > 128 ||
        utf8::count_code_points(value.value_or("")) > 256)
      return std::unexpected(
          ApiError{"ValidationException",
                   "A tag has a key of 1 to 128 and a value of 0 to 256 characters."});
    auto const at = std::ranges::find(current, *key, &runtime::Tag::key);
    if (at != current.end())
      at->value = value.value_or("");
    else
      current.push_back({std::string(*key), std::string(value.value_or(""))});
  }
  if (current.size() > limits::kTags)
    return std::unexpected(
        ApiError{"TooManyTags", fmt::format("A resource has at most {} tags.", limits::kTags)});
  return current;
}

auto describe_machine(runtime::Machine const& m, std::string_view definition, IncludedData included)
    -> std::string {
  ObjectWriter out;
  out.text("stateMachineArn", m.arn)
      .text("name", m.name)
      .text("status", m.is_deleting ? "DELETING" : "ACTIVE");
  if (included == IncludedData::kAll) out.text("definition", definition);
  out.text("roleArn", m.role_arn)
      .text("type", type_name(m.type))
      .time("creationDate", m.created_at)
      .raw("loggingConfiguration", m.logging_configuration.empty()
                                       ? R"({"level":"OFF","includeExecutionData":false})"
                                       : m.logging_configuration)
      .raw("tracingConfiguration",
           m.tracing_configuration.empty() ? R"({"enabled":false})" : m.tracing_configuration);
  if (!m.encryption_configuration.empty())
    out.raw("encryptionConfiguration", m.encryption_configuration);
  if (!m.revision_id.empty()) out.text("revisionId", m.revision_id);
  return out.take();
}

auto type_name(asl::MachineType type) -> std::string_view {
  return type == asl::MachineType::kStandard ? "STANDARD" : "EXPRESS";
}

auto new_uuid(Services& services) -> std::string {
  auto const high = services.random.next_u64();
  return uuid_v4(high, services.random.next_u64());
}

}  // namespace treadle::api
