// TagResource, UntagResource, ListTagsForResource: of state machines and activities.

#include <algorithm>

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/api/saga_verdict.h"

namespace treadle::api {
namespace {

using runtime::Tag;

auto not_found(std::string_view arn) -> ApiError {
  ApiError error{"ResourceNotFound", fmt::format("Resource not found: '{}'", arn)};
  error.members = ObjectWriter().text("resourceName", arn).take();
  error.members = "," + error.members.substr(1, error.members.size() - 2);
  return error;
}

auto changed_body(OnResult done) -> runtime::Catalog::OnChanged {
  return [done = std::move(done)](runtime::Answer<bool> changed) mutable {
    if (!changed) return done(std::unexpected(to_api_error(changed.error())));
    if (!*changed)
      return done(std::unexpected(conflict("The resource is being changed. Try again.")));
    done("{}");
  };
}

// Changes the tags of the resource by `change`, which may refuse.
using TagChange = std::function<std::expected<std::vector<Tag>, ApiError>(std::vector<Tag>)>;

template <typename Resource>
auto with_tags(Resource resource, TagChange const& change) -> std::expected<Resource, ApiError> {
  resource.tags = TRY(change(std::move(resource.tags)));
  return resource;
}

void change_tags(ActionCall& call, TagChange const& change, OnResult done) {
  using enum StatesResource;
  auto& catalog = call.services.catalog;
  auto const text = *text_of(call.request, "resourceArn");
  auto const arn = read_arn(text, {kStateMachine, kActivity});
  if (!arn) return done(std::unexpected(arn.error()));
  if (arn->kind == kActivity) {
    auto const before = catalog.find_activity(text);
    if (!before) return done(std::unexpected(to_api_error(before.error())));
    if (!*before) return done(std::unexpected(not_found(text)));
    auto const now = with_tags(**before, change);
    if (!now) return done(std::unexpected(now.error()));
    return catalog.change_activity(*before, *now, changed_body(std::move(done)));
  }
  auto const before = catalog.find_machine(text);
  if (!before) return done(std::unexpected(to_api_error(before.error())));
  if (!*before) return done(std::unexpected(not_found(text)));
  auto const now = with_tags(**before, change);
  if (!now) return done(std::unexpected(now.error()));
  auto const qualifiers = judge_new_tags(call.services, **before, *now);
  if (!qualifiers) return done(std::unexpected(qualifiers.error()));
  catalog.change_machine(*before, *now, nullptr, changed_body(std::move(done)), *qualifiers);
}

}  // namespace

void tag_resource(ActionCall& call, OnResult done) {
  auto const* const tags = member_of(call.request, "tags");
  change_tags(
      call, [tags](std::vector<Tag> current) { return read_tags(tags, std::move(current)); },
      std::move(done));
}

void untag_resource(ActionCall& call, OnResult done) {
  auto const keys = *member_of(call.request, "tagKeys");
  auto const without_keys =
      [keys](std::vector<Tag> current) -> std::expected<std::vector<Tag>, ApiError> {
    for (auto const& key : keys.elements()) {
      if (!key.is_string())
        return std::unexpected(
            ApiError{"SerializationException", "tagKeys must be a list of strings."});
      std::erase_if(current, [&](Tag const& tag) { return tag.key == key.as_string(); });
    }
    return current;
  };
  change_tags(call, without_keys, std::move(done));
}

void list_tags_for_resource(ActionCall& call, OnResult done) {
  using enum StatesResource;
  auto const text = *text_of(call.request, "resourceArn");
  auto const arn = read_arn(text, {kStateMachine, kActivity});
  if (!arn) return done(std::unexpected(arn.error()));
  std::optional<std::vector<Tag>> tags;
  if (arn->kind == kActivity) {
    auto const found = call.services.catalog.find_activity(text);
    if (found && *found) tags = (*found)->tags;
  } else {
    auto const found = call.services.catalog.find_machine(text);
    if (found && *found) tags = (*found)->tags;
  }
  if (!tags) return done(std::unexpected(not_found(text)));
  std::string list = "[";
  for (auto const& tag : *tags) {
    if (list.size() > 1) list += ',';
    list += ObjectWriter().text("key", tag.key).text("value", tag.value).take();
  }
  done(ObjectWriter().raw("tags", list + "]").take());
}

}  // namespace treadle::api
