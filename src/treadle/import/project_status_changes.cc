#include "treadle/import/project_status_changes.h"

namespace treadle::import {

auto read_status_changes(NodeReader const& reader, yaml::Node const& root)
    -> Read<StatusChangeRules> {
  StatusChangeRules rules;
  auto const* const node = root.find("statusChanges");
  if (node == nullptr || node->is_null()) return rules;
  TRY(reader.check_keys(*node, {"eventBus", "webhooks"}));
  rules.to_event_bus = TRY(reader.flag(*node, "eventBus"));
  auto const* const webhooks = node->find("webhooks");
  if (webhooks == nullptr || webhooks->is_null()) return rules;
  constexpr auto kWanted = "expected a list of URLs that begin with http:// or https://";
  if (!webhooks->is_list()) return reader.refuse(webhooks->mark(), kWanted);
  for (auto const& url : webhooks->elements()) {
    auto const text = url.is_scalar() ? url.text() : std::string_view();
    if (!text.starts_with("http://") && !text.starts_with("https://"))
      return reader.refuse(url.mark(), kWanted);
    rules.webhooks.emplace_back(text);
  }
  return rules;
}

}  // namespace treadle::import
