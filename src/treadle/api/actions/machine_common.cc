#include "treadle/api/actions/machine_common.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/asl/variable_references.h"
#include "treadle/base/arn.h"
#include "treadle/base/limits.h"
#include "treadle/base/random.h"
#include "treadle/base/utf8.h"

namespace treadle::api {
namespace {

auto bad_logging(std::string_view why) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"InvalidLoggingConfiguration",
                                  fmt::format("Invalid Logging Configuration: {}", why)});
}

auto bad_encryption(std::string_view why) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"InvalidEncryptionConfiguration",
                                  fmt::format("Invalid Encryption Configuration: {}", why)});
}

// Members of the structures. Source: service model.
constexpr Parameter kLogging[] = {
    {"level", ParameterType::kString, false, {}, {}, "ALL, ERROR, FATAL, OFF"},
    {"includeExecutionData", ParameterType::kBoolean, false, {}, {}},
    {"destinations", ParameterType::kList, false, {}, {}},
};
constexpr Parameter kTracing[] = {{"enabled", ParameterType::kBoolean, false, {}, {}}};
constexpr Parameter kEncryption[] = {
    {"kmsKeyId", ParameterType::kString, false, 1, 2048},
    {"kmsDataKeyReusePeriodSeconds", ParameterType::kInteger, false, 60, 900},
    {"type", ParameterType::kString, true, {}, {}, "AWS_OWNED_KEY, CUSTOMER_MANAGED_KMS_KEY"},
};

constexpr std::string_view kDefaultLogging = R"({"level":"OFF","includeExecutionData":false})";
constexpr std::string_view kDefaultTracing = R"({"enabled":false})";
constexpr std::string_view kDefaultEncryption = R"({"type":"AWS_OWNED_KEY"})";

// The default for what was never given.
auto effective(std::string const& setting, std::string_view otherwise) -> std::string_view {
  return setting.empty() ? otherwise : std::string_view(setting);
}

// The group of a destination: {"cloudWatchLogsLogGroup": {"logGroupArn": "..."}}.
auto log_group_of(json::Value destination) -> std::optional<std::string_view> {
  auto const* const group = member_of(destination, "cloudWatchLogsLogGroup");
  return group == nullptr ? std::nullopt : text_of(*group, "logGroupArn");
}

auto is_log_group(std::string_view text) -> bool {
  constexpr std::string_view kPrefix = "log-group:";
  auto const arn = parse_arn(text);
  return arn && arn->service == "logs" && arn->resource.starts_with(kPrefix) &&
         arn->resource.size() > kPrefix.size() && !arn->resource.starts_with("log-group::");
}

auto read_logging(json::Value logging) -> std::expected<std::string, ApiError> {
  if (auto const bad = check_members("loggingConfiguration.", kLogging, logging))
    return std::unexpected(*bad);
  auto const level = text_of(logging, "level").value_or("OFF");
  auto const* const destinations = member_of(logging, "destinations");
  auto const count = destinations == nullptr ? 0 : destinations->size();
  if (count > 1 || (count == 0 && level != "OFF"))
    return bad_logging("Must specify exactly one Log Destination.");
  ObjectWriter out;
  out.text("level", level)
      .flag("includeExecutionData", flag_of(logging, "includeExecutionData", false));
  if (count == 1) {
    auto const group = log_group_of(destinations->elements()[0]);
    if (!group || !is_log_group(*group))
      return bad_logging("Log Destination must be the ARN of a CloudWatch Logs log group.");
    if (!group->ends_with(":*"))
      return bad_logging("Log Group ARN must be provided with '*' qualifier.");
    out.raw("destinations", json::print(*destinations));
  }
  return out.take();
}

auto read_encryption(json::Value encryption) -> std::expected<std::string, ApiError> {
  constexpr std::uint64_t kDefaultReuseSeconds = 300;
  if (auto const bad = check_members("encryptionConfiguration.", kEncryption, encryption))
    return std::unexpected(*bad);
  auto const type = *text_of(encryption, "type");
  auto const key = text_of(encryption, "kmsKeyId");
  auto const reuse = number_of(encryption, "kmsDataKeyReusePeriodSeconds");
  ObjectWriter out;
  if (type == "AWS_OWNED_KEY") {
    if (key || reuse)
      return bad_encryption(
          "kmsKeyId and kmsDataKeyReusePeriodSeconds go with the type CUSTOMER_MANAGED_KMS_KEY");
    return out.text("type", type).take();
  }
  if (!key) return bad_encryption("the type CUSTOMER_MANAGED_KMS_KEY needs a kmsKeyId");
  return out.text("kmsKeyId", *key)
      .number("kmsDataKeyReusePeriodSeconds",
              reuse ? static_cast<std::uint64_t>(*reuse) : kDefaultReuseSeconds)
      .text("type", type)
      .take();
}

}  // namespace

auto read_settings(json::Value request) -> std::expected<MachineSettings, ApiError> {
  MachineSettings settings;
  if (auto const* logging = member_of(request, "loggingConfiguration"))
    settings.logging = TRY(read_logging(*logging));
  if (auto const* tracing = member_of(request, "tracingConfiguration")) {
    if (auto const bad = check_members("tracingConfiguration.", kTracing, *tracing))
      return std::unexpected(*bad);
    settings.tracing = ObjectWriter().flag("enabled", flag_of(*tracing, "enabled", false)).take();
  }
  if (auto const* encryption = member_of(request, "encryptionConfiguration"))
    settings.encryption = TRY(read_encryption(*encryption));
  return settings;
}

auto same_settings(runtime::Machine const& a, runtime::Machine const& b) -> bool {
  return effective(a.logging_configuration, kDefaultLogging) ==
             effective(b.logging_configuration, kDefaultLogging) &&
         effective(a.tracing_configuration, kDefaultTracing) ==
             effective(b.tracing_configuration, kDefaultTracing) &&
         effective(a.encryption_configuration, kDefaultEncryption) ==
             effective(b.encryption_configuration, kDefaultEncryption);
}

auto check_role(std::string_view arn) -> std::optional<ApiError> {
  if (arn.starts_with("arn:")) return std::nullopt;
  return ApiError{"InvalidArn", fmt::format("Invalid Role Arn: '{}'", arn.substr(0, 256))};
}

auto check_publish(json::Value request) -> std::optional<ApiError> {
  if (text_of(request, "versionDescription") && !flag_of(request, "publish", false))
    return ApiError{"ValidationException",
                    "Version description can only be set when publish is true"};
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

auto included_data(json::Value request) -> IncludedData {
  return text_of(request, "includedData") == "METADATA_ONLY" ? IncludedData::kMetadata
                                                             : IncludedData::kAll;
}

void add_definition(ObjectWriter& out, asl::Definition const& definition, IncludedData included) {
  if (included == IncludedData::kMetadata) {
    out.text("definition", "{}");
    return;
  }
  out.text("definition", definition.text);
  auto const references = asl::variable_references(definition);
  if (references.empty()) return;
  ObjectWriter states;
  for (auto const& [state, variables] : references) {
    std::string names = "[";
    for (auto const& name : variables) {
      if (names.size() > 1) names += ',';
      json::append_string(names, name);
    }
    states.raw(state, names + "]");
  }
  out.raw("variableReferences", states.take());
}

void add_settings(ObjectWriter& out, runtime::Machine const& m) {
  out.raw("loggingConfiguration", effective(m.logging_configuration, kDefaultLogging))
      .raw("tracingConfiguration", effective(m.tracing_configuration, kDefaultTracing));
  if (!m.encryption_configuration.empty())
    out.raw("encryptionConfiguration", m.encryption_configuration);
  if (!m.revision_id.empty()) out.text("revisionId", m.revision_id);
}

auto type_name(asl::MachineType type) -> std::string_view {
  return type == asl::MachineType::kStandard ? "STANDARD" : "EXPRESS";
}

auto new_uuid(Services& services) -> std::string {
  auto const high = services.random.next_u64();
  return uuid_v4(high, services.random.next_u64());
}

}  // namespace treadle::api
