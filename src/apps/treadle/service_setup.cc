// The parts of project_setup.h that concern services.

#include <cstdlib>

#include <fmt/format.h>

#include "apps/treadle/files.h"
#include "apps/treadle/project_setup.h"
#include "treadle/integrations/optimized/address_rules.h"

namespace treadle::app {
namespace {

namespace optimized = integrations::optimized;

auto resolve(import::Text const& text) -> Result<std::string, std::string> {
  using Kind = import::Text::Kind;
  if (text.kind == Kind::kPlain) return text.value;
  if (text.kind == Kind::kEnvironment) {
    auto const* value = std::getenv(text.value.c_str());
    if (value != nullptr && *value != '\0') return std::string(value);
    return std::unexpected(fmt::format("{}: the variable {} is not set", text.written, text.value));
  }
  auto content = read_file(text.value);
  if (!content) return std::unexpected(fmt::format("{}: can't read {}", text.written, text.value));
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  return std::move(*content);
}

auto resolve(import::Texts const& texts) -> Result<optimized::Fields, std::string> {
  optimized::Fields out;
  for (auto const& [name, text] : texts) out.emplace_back(name, TRY(resolve(text)));
  return out;
}

auto resolve(import::ConnectionFields const& fields)
    -> Result<optimized::ConnectionFields, std::string> {
  return optimized::ConnectionFields{.headers = TRY(resolve(fields.headers)),
                                     .query = TRY(resolve(fields.query_parameters)),
                                     .body = TRY(resolve(fields.body_parameters))};
}

auto resolve(import::Connection const& connection) -> Result<optimized::Connection, std::string> {
  constexpr optimized::Authorization kAuthorizations[] = {
      optimized::Authorization::kBasic, optimized::Authorization::kApiKey,
      optimized::Authorization::kOAuthClientCredentials};
  return optimized::Connection{
      .name = connection.name,
      .arn = connection.arn,
      .authorization = kAuthorizations[static_cast<std::size_t>(connection.authorization)],
      .user = TRY(resolve(connection.user)),
      .secret = TRY(resolve(connection.secret)),
      .token_url = connection.token_url,
      .token_method = connection.token_method.empty() ? "POST" : connection.token_method,
      .token_fields = TRY(resolve(connection.token_fields)),
      .fields = TRY(resolve(connection.fields))};
}

}  // namespace

auto service_settings(import::Project const& project) -> integrations::ServiceSettings {
  constexpr integrations::ServicePlace kPlaces[] = {integrations::ServicePlace::kLocal,
                                                    integrations::ServicePlace::kAws,
                                                    integrations::ServicePlace::kUrl};
  integrations::ServiceSettings out;
  for (auto const& service : project.services)
    out.emplace(
        service.id == "logs" ? "cloudwatchlogs" : service.id,
        integrations::ServiceSetting{.place = kPlaces[static_cast<std::size_t>(service.place)],
                                     .url = service.url,
                                     .where = service.written});
  return out;
}

auto http_task_settings(import::Project const& project)
    -> Result<optimized::HttpTaskSettings, std::string> {
  optimized::HttpTaskSettings out{.allow = project.http_task.allow,
                                  .allow_http = project.http_task.allow_http};
  for (auto const& range : out.allow)
    if (!optimized::parse_address_range(range))
      return std::unexpected(fmt::format(
          "{}: httpTask: '{}' under allow is neither an address nor a range such as 10.1.0.0/16",
          import::kProjectFile, range));
  for (auto const& connection : project.connections)
    out.connections.push_back(TRY(resolve(connection)));
  return out;
}

auto logs_options(import::Project const& project) -> LogsOptions {
  constexpr LogsPlace kPlaces[] = {LogsPlace::kFiles, LogsPlace::kStandardOutput,
                                   LogsPlace::kCloudWatch, LogsPlace::kNowhere};
  LogsOptions out;
  auto const& rules = project.logs;
  if (rules.to) out.place = kPlaces[static_cast<std::size_t>(*rules.to)];
  if (rules.file_megabytes) out.files.file_bytes_max = *rules.file_megabytes << 20U;
  if (rules.files) out.files.files_max = *rules.files;
  return out;
}

auto status_events_options(import::Project const& project) -> StatusEventsOptions {
  return {.to_event_bus = project.status_changes.to_event_bus,
          .webhooks = project.status_changes.webhooks,
          .region = {},
          .account = {}};
}

}  // namespace treadle::app
