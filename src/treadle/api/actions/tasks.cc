// SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat, GetActivityTask.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/payload_check.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

constexpr auto kPollTime = std::chrono::seconds(60);

// Answers the caller; a token that was not taken is also put down, who tried it and from where.
auto told(ActionCall const& call, std::string_view operation, OnResult done)
    -> runtime::OnAnswer<void> {
  auto const& caller = call.caller;
  auto const& note = call.services.on_refused_token;
  if (!note || caller.request == nullptr)
    return [done = std::move(done)](runtime::Answer<void> answer) mutable {
      if (!answer) return done(std::unexpected(to_api_error(answer.error())));
      done("{}");
    };
  RefusedToken tried{
      .operation = std::string(operation),
      .token = std::string(*text_of(call.request, "taskToken")),
      .code = {},
      .message = {},
      .key_id = caller.key == nullptr ? std::string() : caller.key->id,
      .ip = caller.request->remote,
      .user_agent = std::string(caller.request->headers.find("user-agent").value_or(""))};
  return [&note, tried = std::move(tried),
          done = std::move(done)](runtime::Answer<void> answer) mutable {
    if (answer) return done("{}");
    tried.code = answer.error().code;
    tried.message = answer.error().message;
    note(std::move(tried));
    done(std::unexpected(to_api_error(answer.error())));
  };
}

auto optional_text(json::Value request, std::string_view name) -> std::optional<std::string> {
  auto const text = text_of(request, name);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

}  // namespace

void send_task_success(ActionCall& call, OnResult done) {
  auto const output = *text_of(call.request, "output");
  if (auto const why = why_not_json(output))
    return done(
        std::unexpected(ApiError{"InvalidOutput", fmt::format("Invalid Output: '{}'", *why)}));
  call.services.router.task_success(
      std::string(*text_of(call.request, "taskToken")), std::string(output),
      told(call, "SendTaskSuccess", std::move(done)), to_json(call.caller, "SendTaskSuccess"));
}

void send_task_failure(ActionCall& call, OnResult done) {
  call.services.router.task_failure(
      std::string(*text_of(call.request, "taskToken")), optional_text(call.request, "error"),
      optional_text(call.request, "cause"), told(call, "SendTaskFailure", std::move(done)),
      to_json(call.caller, "SendTaskFailure"));
}

void send_task_heartbeat(ActionCall& call, OnResult done) {
  call.services.router.task_heartbeat(std::string(*text_of(call.request, "taskToken")),
                                      told(call, "SendTaskHeartbeat", std::move(done)));
}

// Without a task within 60 seconds the answer is an empty object.
void get_activity_task(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "activityArn");
  if (auto const arn = read_arn(text, {StatesResource::kActivity}); !arn)
    return done(std::unexpected(arn.error()));
  auto const activity = call.services.catalog.find_activity(text);
  if (!activity) return done(std::unexpected(to_api_error(activity.error())));
  if (!*activity)
    return done(std::unexpected(
        ApiError{"ActivityDoesNotExist", fmt::format("Activity Does Not Exist: '{}'", text)}));
  call.services.router.poll_activity(
      std::string(text), std::string(text_of(call.request, "workerName").value_or("")), kPollTime,
      call.client_is_gone,
      [done = std::move(done)](runtime::Answer<std::optional<runtime::ActivityTask>> task) mutable {
        if (!task) return done(std::unexpected(to_api_error(task.error())));
        if (!*task) return done("{}");
        done(ObjectWriter().text("taskToken", (*task)->token).text("input", (*task)->input).take());
      });
}

}  // namespace treadle::api
