#include "treadle/asl/resource.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "treadle/asl/integration_catalogue.h"

namespace treadle::asl {
namespace {

// arn:partition:service:region:account:rest
struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view rest;
};

// What stands before `separator`, which is taken off `text` too; nullopt if it is not there.
auto take_until(std::string_view& text, char separator) -> std::optional<std::string_view> {
  auto const at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  auto const head = text.substr(0, at);
  text.remove_prefix(at + 1);
  return head;
}

auto split_arn(std::string_view text) -> std::optional<Arn> {
  if (take_until(text, ':') != "arn") return std::nullopt;
  Arn arn;
  for (auto* part : {&arn.partition, &arn.service, &arn.region, &arn.account}) {
    auto const taken = take_until(text, ':');
    if (!taken) return std::nullopt;
    *part = *taken;
  }
  arn.rest = text;
  auto const is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  if (arn.partition.empty() || arn.service.empty() || arn.rest.empty() ||
      std::ranges::any_of(arn.rest, is_blank))
    return std::nullopt;
  return arn;
}

auto is_lower(char c) -> bool { return c >= 'a' && c <= 'z'; }
auto is_letter_or_digit(char c) -> bool {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "dynamodb", "emr-containers".
auto is_service_name(std::string_view name) -> bool {
  auto const allowed = [](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

// "putItem": camel case that begins low.
auto is_action_name(std::string_view name) -> bool {
  return !name.empty() && is_lower(name.front()) && std::ranges::all_of(name, is_letter_or_digit);
}

constexpr std::pair<std::string_view, Pattern> kPatternSuffixes[] = {
    {"", Pattern::kRequestResponse},
    {".sync", Pattern::kSync},
    {".sync:2", Pattern::kSync2},
    {".waitForTaskToken", Pattern::kWaitForTaskToken},
};

auto pattern_of(std::string_view suffix) -> std::optional<Pattern> {
  for (auto const& [text, pattern] : kPatternSuffixes)
    if (text == suffix) return pattern;
  return std::nullopt;
}

// An aws-sdk integration calls any API there is; only jobs are beyond it.
auto judge_aws_sdk(Pattern pattern) -> ResourceVerdict {
  return pattern == Pattern::kRequestResponse || pattern == Pattern::kWaitForTaskToken
             ? ResourceVerdict::kSupported
             : ResourceVerdict::kRefused;
}

// DIFFERS: AWS has no such service. A task of its own that waits for people, without a function.
auto judge_treadle(std::string_view action, Pattern pattern) -> ResourceVerdict {
  return action == "approval" && pattern == Pattern::kWaitForTaskToken ? ResourceVerdict::kExtension
                                                                       : ResourceVerdict::kRefused;
}

// DIFFERS: AWS refuses a service that it has not optimized. Where that reads like the API call that
// "aws-sdk:" would make, treadle takes it as one.
auto judge_service(ActionName name, Pattern pattern) -> ResourceVerdict {
  if (name.service == "treadle") return judge_treadle(name.action, pattern);
  if (supports(name, pattern)) return ResourceVerdict::kSupported;
  if (is_optimized_service(name.service)) return ResourceVerdict::kRefused;
  return judge_aws_sdk(pattern) == ResourceVerdict::kSupported ? ResourceVerdict::kLenient
                                                               : ResourceVerdict::kRefused;
}

// "aws-sdk:dynamodb:putItem.waitForTaskToken", "states:startExecution.sync:2".
auto parse_integration(Resource& resource, std::string_view rest) -> ResourceVerdict {
  auto service = take_until(rest, ':');
  if (service == "aws-sdk") {
    resource.is_aws_sdk = true;
    service = take_until(rest, ':');
  }
  if (!service) return ResourceVerdict::kRefused;
  auto const dot = std::min(rest.find('.'), rest.size());
  auto const action = rest.substr(0, dot);
  auto const pattern = pattern_of(rest.substr(dot));
  if (!pattern || !is_service_name(*service) || !is_action_name(action))
    return ResourceVerdict::kRefused;
  resource.service = std::string(*service);
  resource.action = std::string(action);
  resource.pattern = *pattern;
  resource.history_resource_type = (resource.is_aws_sdk ? "aws-sdk:" : "") + resource.service;
  resource.history_resource = std::string(rest);
  return resource.is_aws_sdk ? judge_aws_sdk(*pattern)
                             : judge_service({*service, action}, *pattern);
}

auto parse_arn(Resource& resource, Arn const& arn) -> ResourceVerdict {
  if (arn.service == "lambda") {
    resource.kind = ResourceKind::kLambdaFunction;
    constexpr std::string_view kPrefix = "function:";
    return arn.rest.starts_with(kPrefix) && arn.rest.size() > kPrefix.size()
               ? ResourceVerdict::kSupported
               : ResourceVerdict::kRefused;
  }
  if (arn.service != "states") {  // DIFFERS: AWS refuses it
    resource.service = std::string(arn.service);
    resource.action = std::string(arn.rest);
    resource.history_resource_type = resource.service;
    resource.history_resource = resource.action;
    return ResourceVerdict::kLenient;
  }
  constexpr std::string_view kPrefix = "activity:";
  if (arn.rest.starts_with(kPrefix) && arn.rest.size() > kPrefix.size()) {
    resource.kind = ResourceKind::kActivity;
    return ResourceVerdict::kSupported;
  }
  return parse_integration(resource, arn.rest);
}

}  // namespace

auto parse_resource(std::string_view text) -> ParsedResource {
  Resource bare;
  bare.text = std::string(text);
  auto const arn = split_arn(text);
  if (!arn) return {std::move(bare), ResourceVerdict::kRefused};
  auto resource = bare;
  auto const verdict = parse_arn(resource, *arn);
  if (verdict == ResourceVerdict::kRefused) return {std::move(bare), verdict};
  return {std::move(resource), verdict};
}

auto pattern_suffix(Pattern pattern) -> std::string_view {
  for (auto const& [text, candidate] : kPatternSuffixes)
    if (candidate == pattern) return text;
  return "";
}

}  // namespace treadle::asl
