#include "treadle/integrations/optimized/generic.h"

#include <array>
#include <vector>

#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::optimized {
namespace {

enum class As : std::uint8_t { kSame, kList, kFirst };

// A member under another name; as a list of itself, or as the first of the list that it is.
struct Renamed {
  std::string_view from;
  std::string_view to;
  As as = As::kSame;
};

// An action whose name or members differ from the API's.
struct Translation {
  std::string_view service;  // as a Resource has it
  std::string_view action;
  std::string_view model;
  std::string_view api_action;
  std::array<Renamed, 2> input{};
  std::array<Renamed, 1> output{};
  std::string_view repeated{};  // of the input, in the output
  std::string_view parsed{};    // of the output: text that is shown as the JSON that it is
};

constexpr Translation kTranslations[] = {
    {"bedrock", "invokeModel", "bedrockruntime", "invokeModel", {}, {}, {}, "Body"},
    {"elasticmapreduce", "createCluster", "emr", "runJobFlow", {}, {{{"JobFlowId", "ClusterId"}}}},
    {"elasticmapreduce",
     "terminateCluster",
     "emr",
     "terminateJobFlows",
     {{{"ClusterId", "JobFlowIds", As::kList}}}},
    {"elasticmapreduce",
     "setClusterTerminationProtection",
     "emr",
     "setTerminationProtection",
     {{{"ClusterId", "JobFlowIds", As::kList}}}},
    {"elasticmapreduce",
     "addStep",
     "emr",
     "addJobFlowSteps",
     {{{"ClusterId", "JobFlowId"}, {"Step", "Steps", As::kList}}},
     {{{"StepIds", "StepId", As::kFirst}}}},
    {"elasticmapreduce",
     "cancelStep",
     "emr",
     "cancelSteps",
     {{{"StepId", "StepIds", As::kList}}},
     {{{"CancelStepsInfoList", "CancelStepsInfo", As::kFirst}}}},
    {"emr-serverless",
     "startApplication",
     "emrserverless",
     "startApplication",
     {},
     {},
     "ApplicationId"},
    {"emr-serverless",
     "stopApplication",
     "emrserverless",
     "stopApplication",
     {},
     {},
     "ApplicationId"},
    {"emr-serverless",
     "deleteApplication",
     "emrserverless",
     "deleteApplication",
     {},
     {},
     "ApplicationId"},
};

auto translation_of(asl::Resource const& resource) -> Translation const* {
  for (auto const& translation : kTranslations)
    if (translation.service == resource.service && translation.action == resource.action)
      return &translation;
  return nullptr;
}

auto renamed(json::Arena& arena, json::Value value, As as) -> json::Value {
  if (as == As::kList) return json::make_array(arena, std::span(&value, 1));
  if (as == As::kFirst && value.is_array() && value.size() > 0) return value.elements()[0];
  return value;
}

auto translate(json::Arena& arena, json::Value object, auto const& renames) -> json::Value {
  std::vector<json::Member> members(object.members().begin(), object.members().end());
  for (auto& member : members)
    for (auto const& rename : renames)
      if (!rename.from.empty() && member.key == rename.from) {
        member = {rename.to, renamed(arena, member.value, rename.as)};
        break;
      }
  return json::make_object(arena, members);
}

}  // namespace

auto GenericConnector::prepare(json::Arena& arena, TaskCall const& call,
                               json::Value parameters) const -> Prepared {
  auto const* translation = translation_of(*call.resource);
  if (translation == nullptr) return OptimizedConnector::prepare(arena, call, parameters);
  return PreparedCall{translation->model, translation->api_action,
                      translate(arena, parameters, translation->input)};
}

auto GenericConnector::finish(TaskCall const& call, aws_sdk::ServiceAnswer const& answer) const
    -> CallResult {
  auto const* translation = translation_of(*call.resource);
  if (translation == nullptr) return OptimizedConnector::finish(call, answer);
  json::Arena arena;
  auto shown = answer;
  auto output = json::parse(arena, answer.output);
  if (output && output->is_object()) {
    *output = translate(arena, *output, translation->output);
    if (!translation->repeated.empty())
      if (auto const given = json::parse(arena, call.parameters))
        if (auto const* const value = given->find(translation->repeated))
          *output = json::with_member(arena, *output, translation->repeated, *value);
    if (!translation->parsed.empty())
      if (auto const* const text = output->find(translation->parsed); text && text->is_string())
        if (auto const value = json::parse(arena, text->as_string()))
          *output = json::with_member(arena, *output, translation->parsed, *value);
    shown.output = json::print(*output);
  }
  return OptimizedConnector::finish(call, shown);
}

}  // namespace treadle::integrations::optimized
