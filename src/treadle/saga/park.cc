#include "treadle/saga/park.h"

#include <fmt/format.h>

#include "treadle/asl/resource.h"
#include "treadle/saga/arguments.h"

namespace treadle::saga {
namespace {

auto is_queue(std::string_view park) -> bool {
  return park.starts_with("https://") || park.starts_with("http://");
}

auto is_topic(std::string_view park) -> bool {
  return park.starts_with("arn:") && park.contains(":sns:");
}

// What is sent: the token beside what every call of the saga has.
auto message(json::Arena& arena, asl::QueryLanguage language, std::string_view step)
    -> json::Value {
  Object out(arena);
  if (language == asl::QueryLanguage::kJsonPath)
    out.add("taskToken.$", "$$.Task.Token");
  else
    out.add("taskToken", "{% $states.context.Task.Token %}");
  out.add("step", step);
  for (auto const& member : default_arguments(arena, language, step).members())
    out.add(member.key, member.value);
  return out.value();
}

}  // namespace

auto is_park_target(std::string_view park) -> bool {
  if (is_queue(park) || is_topic(park)) return true;
  auto const parsed = asl::parse_resource(park);
  return parsed.verdict == asl::ResourceVerdict::kSupported &&
         parsed.resource.kind != asl::ResourceKind::kService;
}

void add_park_call(json::Arena& arena, asl::QueryLanguage language, ParkCall const& call,
                   Object& out) {
  auto const* const arguments =
      language == asl::QueryLanguage::kJsonPath ? "Parameters" : "Arguments";
  auto const sent = message(arena, language, call.step);
  auto const add = [&](std::string_view resource, std::string_view target, std::string_view body) {
    out.add("Resource", fmt::format("arn:aws:states:::{}.waitForTaskToken", resource));
    out.add(arguments, Object(arena).add(target, call.park).add(body, sent).value());
  };
  if (is_queue(call.park)) return add("sqs:sendMessage", "QueueUrl", "MessageBody");
  if (is_topic(call.park)) return add("sns:publish", "TopicArn", "Message");
  if (asl::parse_resource(call.park).resource.kind == asl::ResourceKind::kLambdaFunction)
    return add("lambda:invoke", "FunctionName", "Payload");
  // The worker of an activity gets the token beside its input.
  Object input(arena);
  input.add("step", call.step);
  for (auto const& member : default_arguments(arena, language, call.step).members())
    input.add(member.key, member.value);
  out.add("Resource", call.park).add(arguments, input.value());
}

}  // namespace treadle::saga
