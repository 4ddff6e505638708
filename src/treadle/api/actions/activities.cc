// CreateActivity, DescribeActivity, DeleteActivity, ListActivities.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/paging.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto created(runtime::Activity const& activity) -> std::string {
  return ObjectWriter()
      .text("activityArn", activity.arn)
      .time("creationDate", activity.created_at)
      .take();
}

auto find_activity(ActionCall& call, std::string_view arn)
    -> std::expected<std::optional<runtime::Activity>, ApiError> {
  TRY(read_arn(arn, {StatesResource::kActivity}));
  auto found = call.services.catalog.find_activity(arn);
  if (!found) return std::unexpected(to_api_error(found.error()));
  return std::move(*found);
}

}  // namespace

// Idempotent: the same name gives the activity that is there.
void create_activity(ActionCall& call, OnResult done) {
  auto& services = call.services;
  auto const name = *text_of(call.request, "name");
  if (auto const bad = check_name(name)) return done(std::unexpected(*bad));
  auto const settings = read_settings(call.request);
  if (!settings) return done(std::unexpected(settings.error()));
  auto tags = read_tags(member_of(call.request, "tags"), {});
  if (!tags) return done(std::unexpected(tags.error()));
  runtime::Activity activity{
      .id = services.random.next_entity_id(),
      .arn = activity_arn({.region = services.region, .account = services.account}, name),
      .name = std::string(name),
      .created_at = services.clock.now(),
      .encryption_configuration = settings->encryption,
      .tags = std::move(*tags)};
  auto const there = services.catalog.find_activity(activity.arn);
  if (!there) return done(std::unexpected(to_api_error(there.error())));
  if (*there) return done(created(**there));
  services.catalog.change_activity(
      std::nullopt, activity,
      [&catalog = services.catalog, activity,
       done = std::move(done)](runtime::Answer<bool> changed) mutable {
        if (!changed) return done(std::unexpected(to_api_error(changed.error())));
        auto const other = *changed ? std::optional(activity)
                                    : catalog.find_activity(activity.arn).value_or(std::nullopt);
        done(created(other.value_or(activity)));
      });
}

void describe_activity(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "activityArn");
  auto const activity = find_activity(call, text);
  if (!activity) return done(std::unexpected(activity.error()));
  if (!*activity)
    return done(std::unexpected(
        ApiError{"ActivityDoesNotExist", fmt::format("Activity Does Not Exist: '{}'", text)}));
  auto const& a = **activity;
  done(ObjectWriter()
           .text("activityArn", a.arn)
           .text("name", a.name)
           .time("creationDate", a.created_at)
           .raw("encryptionConfiguration", a.encryption_configuration.empty()
                                               ? R"({"type":"AWS_OWNED_KEY"})"
                                               : a.encryption_configuration)
           .take());
}

void delete_activity(ActionCall& call, OnResult done) {
  auto const activity = find_activity(call, *text_of(call.request, "activityArn"));
  if (!activity) return done(std::unexpected(activity.error()));
  if (!*activity) return done("{}");
  call.services.catalog.erase_activity(
      **activity, [done = std::move(done)](runtime::Answer<bool> changed) mutable {
        if (!changed) return done(std::unexpected(to_api_error(changed.error())));
        done("{}");
      });
}

void list_activities(ActionCall& call, OnResult done) {
  constexpr std::string_view kPurpose = "ListActivities";
  auto const page = read_page(call, kPurpose);
  if (!page) return done(std::unexpected(page.error()));
  auto activities = call.services.catalog.list_activities(page->after, page->limit + 1);
  if (!activities) return done(std::unexpected(to_api_error(activities.error())));
  bool const more = activities->size() > page->limit;
  if (more) activities->pop_back();
  ListWriter items;
  for (auto const& a : *activities)
    items.add(ObjectWriter()
                  .text("activityArn", a.arn)
                  .text("name", a.name)
                  .time("creationDate", a.created_at));
  ObjectWriter out;
  out.raw("activities", items.take());
  if (more)
    out.text("nextToken",
             make_page_token(seal_of(call.services), kPurpose, activities->back().arn));
  done(out.take());
}

}  // namespace treadle::api
