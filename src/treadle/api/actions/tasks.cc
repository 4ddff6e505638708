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

auto told(OnResult done) -> runtime::OnAnswer<void> {
  return [done = std::move(done)](runtime::Answer<void> answer) mutable {
    if (!answer) return done(std::unexpected(to_api_error(answer.error())));
    done("{}");
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
  call.services.router.task_success(std::string(*text_of(call.request, "taskToken")),
                                    std::string(output), told(std::move(done)));
}

void send_task_failure(ActionCall& call, OnResult done) {
  call.services.router.task_failure(std::string(*text_of(call.request, "taskToken")),
                                    optional_text(call.request, "error"),
                                    optional_text(call.request, "cause"), told(std::move(done)));
}

void send_task_heartbeat(ActionCall& call, OnResult done) {
  call.services.router.task_heartbeat(std::string(*text_of(call.request, "taskToken")),
                                      told(std::move(done)));
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
