#include "apps/treadle/target_setup.h"

namespace treadle::app {

auto target_setup(import::ServiceEntries const& entries) -> targets::Setup {
  targets::Setup out{.buckets = entries.buckets, .topics = entries.topics, .buses = entries.buses};
  for (auto const& one : entries.queues)
    out.queues.push_back({.name = one.name, .attributes = one.attributes});
  for (auto const& one : entries.subscriptions)
    out.subscriptions.push_back({.topic = one.topic,
                                 .protocol = one.protocol,
                                 .endpoint = one.endpoint,
                                 .is_raw = one.is_raw,
                                 .filter_policy = one.filter_policy});
  for (auto const& one : entries.rules) {
    targets::RuleSetup rule{
        .name = one.name, .bus = one.bus, .pattern = one.pattern, .targets = {}};
    for (auto const& target : one.targets)
      rule.targets.push_back({.arn = target.arn,
                              .input = target.input,
                              .input_path = target.input_path,
                              .input_transformer = target.input_transformer});
    out.rules.push_back(std::move(rule));
  }
  for (auto const& one : entries.tables)
    out.tables.push_back({.database = one.database, .table = one.table});
  return out;
}

}  // namespace treadle::app
