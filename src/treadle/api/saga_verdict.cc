#include "treadle/api/saga_verdict.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "treadle/api/arns.h"
#include "treadle/base/log.h"
#include "treadle/saga/print.h"

namespace treadle::api {
namespace {

// Some tenths of a second at most.
constexpr saga::CheckLimits kLimits{.states_at_a_time = 100'000, .states = 300'000};
constexpr std::string_view kPathBegin = "/v1/state-machines/";
constexpr std::string_view kPathEnd = "/saga";

auto tag_of(std::vector<runtime::Tag> const& tags) -> std::optional<std::string_view> {
  auto const found = std::ranges::find(tags, saga::kTag, &runtime::Tag::key);
  if (found == tags.end()) return std::nullopt;
  return found->value;
}

auto refused(std::string message) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"ValidationException", std::move(message)});
}

auto machine_name(net::Request const& request) -> std::optional<std::string_view> {
  std::string_view path = request.target;
  path = path.substr(0, path.find('?'));
  if (request.method != "GET" || !path.starts_with(kPathBegin) || !path.ends_with(kPathEnd) ||
      path.size() <= kPathBegin.size() + kPathEnd.size())
    return std::nullopt;
  auto const name =
      path.substr(kPathBegin.size(), path.size() - kPathBegin.size() - kPathEnd.size());
  if (name.contains('/')) return std::nullopt;
  return name;
}

auto wants_text(net::Request const& request) -> bool {
  return std::string_view(request.target).ends_with("?format=text");
}

auto answer(Services const& services, net::Request const& request)
    -> std::expected<net::Response, ApiError> {
  auto const arn = state_machine_arn({.region = services.region, .account = services.account},
                                     *machine_name(request));
  auto const machine = TRY(find_machine(services, arn));
  auto const definition = services.catalog.definitions().find(machine.revision);
  if (!definition)
    return std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500});
  auto const began = std::chrono::steady_clock::now();
  auto const report = TRY(saga_report(definition, machine.tags));
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  net::Response response;
  bool const is_text = wants_text(request);
  response.content_type = is_text ? "text/plain; charset=utf-8" : "application/json";
  response.body = is_text ? to_text(report, saga::Colour::kNone)
                          : to_json(report, static_cast<std::uint64_t>(ms.count()));
  return response;
}

}  // namespace

auto saga_report(asl::DefinitionPtr const& definition, std::vector<runtime::Tag> const& tags)
    -> std::expected<saga::CheckReport, ApiError> {
  auto roles = saga::roles_of_comments(definition->text);
  if (!roles) return refused(roles.error());
  if (auto const value = tag_of(tags)) {
    auto tag = saga::read_tag(*value);
    if (!tag) return refused(tag.error());
    merge(*roles, std::move(tag->roles));
  }
  auto report = saga::check(definition, *roles, kLimits);
  if (!report) return refused(fmt::format("{}: {}", saga::kTag, report.error()));
  return std::move(*report);
}

auto refuse_saga(asl::DefinitionPtr const& definition, std::vector<runtime::Tag> const& tags)
    -> std::optional<ApiError> {
  auto const value = tag_of(tags);
  if (!value) return std::nullopt;
  auto const report = saga_report(definition, tags);
  if (!report) return report.error();
  if (report->verdict == saga::Verdict::kVerified) return std::nullopt;
  auto const why = report->counterexamples.empty()
                       ? fmt::format("{}", report->unknown.front())
                       : fmt::format("{}: {}", name_of(report->counterexamples.front().property),
                                     report->counterexamples.front().summary);
  if (saga::read_tag(*value)->enforce)
    return ApiError{"InvalidDefinition",
                    fmt::format("Invalid State Machine Definition: 'SAGA_NOT_VERIFIED: {}'", why)};
  log(LogLevel::kWarning, fmt::format("a saga is not verified: {}", why));
  return std::nullopt;
}

auto saga_service(Services const& services) -> OtherService {
  return {
      .claim = [](net::Request const& request) -> std::optional<OtherService::Claim> {
        if (!machine_name(request)) return std::nullopt;
        return OtherService::Claim{"states"};
      },
      .serve =
          [services](net::Request&& request, net::Responder responder) {
            auto response = answer(services, request);
            responder.send(response ? std::move(*response) : error_response(response.error()));
          },
      .refusal = [](net::Request const&, ApiError const& error) { return error_response(error); }};
}

}  // namespace treadle::api
