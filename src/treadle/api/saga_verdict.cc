#include "treadle/api/saga_verdict.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/base/log.h"
#include "treadle/base/time.h"
#include "treadle/json/print.h"
#include "treadle/saga/print.h"

namespace treadle::api {
namespace {

using runtime::SagaVerdict;
using saga::CheckReport;

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

// The machine as the path names it: a version or an alias may stand behind its name.
auto find_subject(Services& services, net::Request const& request)
    -> std::expected<Target, ApiError> {
  std::string_view const name = *machine_name(request);
  auto const colon = std::min(name.find(':'), name.size());
  auto const arn = state_machine_arn({.region = services.region, .account = services.account},
                                     name.substr(0, colon));
  return find_target(services, arn + std::string(name.substr(colon)), Routing::kHeaviest);
}

struct Checked {
  CheckReport report;
  SagaVerdict verdict;  // without revision, tag and time
};

auto check_now(asl::DefinitionPtr const& definition, std::vector<runtime::Tag> const& tags)
    -> std::expected<Checked, ApiError> {
  auto const began = std::chrono::steady_clock::now();
  auto report = TRY(saga_report(definition, tags));
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  SagaVerdict verdict{.revision = {},
                      .tag = {},
                      .verdict = std::string(name_of(report.verdict)),
                      .checked_at = {},
                      .report = to_json(report, static_cast<std::uint64_t>(ms.count())),
                      .text = to_text(report, saga::Colour::kNone)};
  return Checked{std::move(report), std::move(verdict)};
}

// The report with when, and under which tag, it was made; without where it was made now.
auto body_of(SagaVerdict const& verdict) -> std::string {
  if (verdict.checked_at == Timestamp{}) return verdict.report;
  return fmt::format("{{\n  \"checkedAt\": {},\n  \"tag\": {},{}",
                     json::print_string(to_iso8601(verdict.checked_at)),
                     json::print_string(verdict.tag), std::string_view(verdict.report).substr(1));
}

auto answer(Services& services, net::Request const& request)
    -> std::expected<net::Response, ApiError> {
  auto const machine = TRY(find_subject(services, request)).machine;
  auto stored = services.catalog.find_verdict(machine, machine.revision);
  if (!stored) return std::unexpected(to_api_error(stored.error()));
  auto verdict = *std::move(stored);
  if (!verdict) {
    auto const definition = services.catalog.definitions().find(machine.revision);
    if (!definition)
      return std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500});
    verdict = TRY(check_now(definition, machine.tags)).verdict;
  }
  net::Response response;
  bool const is_text = wants_text(request);
  response.content_type = is_text ? "text/plain; charset=utf-8" : "application/json";
  response.body = is_text ? std::move(verdict->text) : body_of(*verdict);
  return response;
}

}  // namespace

auto saga_roles(asl::DefinitionPtr const& definition, std::vector<runtime::Tag> const& tags)
    -> std::expected<saga::Roles, ApiError> {
  auto roles = saga::roles_of_comments(definition->text);
  if (!roles) return refused(roles.error());
  if (auto const value = tag_of(tags)) {
    auto tag = saga::read_tag(*value);
    if (!tag) return refused(tag.error());
    merge(*roles, std::move(tag->roles));
  }
  return std::move(*roles);
}

auto saga_deadline(std::vector<runtime::Tag> const& tags) -> std::optional<std::uint64_t> {
  auto const value = tag_of(tags);
  if (!value) return std::nullopt;
  auto const tag = saga::read_tag(*value);
  return tag ? tag->deadline_seconds : std::nullopt;
}

auto saga_report(asl::DefinitionPtr const& definition, std::vector<runtime::Tag> const& tags)
    -> std::expected<saga::CheckReport, ApiError> {
  auto const roles = TRY(saga_roles(definition, tags));
  auto report = saga::check(definition, roles, kLimits);
  if (!report) return refused(fmt::format("{}: {}", saga::kTag, report.error()));
  return std::move(*report);
}

auto judge_saga(asl::DefinitionPtr const& definition, runtime::Machine const& machine,
                Timestamp now) -> std::expected<std::optional<SagaVerdict>, ApiError> {
  auto const value = tag_of(machine.tags);
  if (!value) return std::nullopt;
  auto [report, verdict] = TRY(check_now(definition, machine.tags));
  if (report.verdict != saga::Verdict::kVerified) {
    auto const why = report.counterexamples.empty()
                         ? report.unknown.front()
                         : fmt::format("{}: {}", name_of(report.counterexamples.front().property),
                                       report.counterexamples.front().summary);
    if (saga::read_tag(*value)->enforce)
      return std::unexpected(
          ApiError{"InvalidDefinition",
                   fmt::format("Invalid State Machine Definition: 'SAGA_NOT_VERIFIED: {}'", why)});
    log(LogLevel::kWarning, fmt::format("a saga is not verified: {}", why));
  }
  verdict.revision = machine.revision;
  verdict.tag = *value;
  verdict.checked_at = now;
  return verdict;
}

auto verdict_change(std::optional<runtime::Machine> const& before, runtime::Machine const& now,
                    std::optional<SagaVerdict> verdict) -> runtime::QualifierChanges {
  runtime::QualifierChanges changes;
  // A revision that is a version keeps what was said of it.
  bool const is_gone = before && before->revision != now.revision && before->published_version == 0;
  if (is_gone) changes.erased_verdicts.push_back(before->revision);
  if (!verdict && before && before->id == now.id) changes.erased_verdicts.push_back(now.revision);
  changes.put_verdict = std::move(verdict);
  return changes;
}

auto judge_new_tags(Services& services, runtime::Machine const& before, runtime::Machine const& now)
    -> std::expected<runtime::QualifierChanges, ApiError> {
  if (tag_of(before.tags) == tag_of(now.tags)) return runtime::QualifierChanges{};
  auto const definition = services.catalog.definitions().find(now.revision);
  if (!definition)
    return std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500});
  auto verdict = judge_saga(definition, now, services.clock.now());
  if (!verdict) {
    verdict.error().code = "ValidationException";  // a tag's own
    return std::unexpected(verdict.error());
  }
  return verdict_change(before, now, *std::move(verdict));
}

auto is_of_tags(std::optional<SagaVerdict> const& verdict, std::vector<runtime::Tag> const& tags)
    -> bool {
  auto const value = tag_of(tags);
  return verdict.has_value() == value.has_value() && (!value || verdict->tag == *value);
}

auto saga_service(Services const& services) -> OtherService {
  return {
      .claim = [](net::Request const& request) -> std::optional<OtherService::Claim> {
        if (!machine_name(request)) return std::nullopt;
        return OtherService::Claim{"states"};
      },
      .serve =
          [mine = Services(services)](net::Request&& request, net::Responder responder) mutable {
            auto response = answer(mine, request);
            responder.send(response ? std::move(*response) : error_response(response.error()));
          },
      .refusal = [](net::Request const&, ApiError const& error) { return error_response(error); }};
}

}  // namespace treadle::api
