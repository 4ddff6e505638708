// The sections of treadle.yaml that set up the services which treadle answers itself: s3, sqs, sns,
// events, timestream. The format: docs/treadle-yaml.md.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/import/yaml.h"

namespace treadle::import {

struct QueueEntry {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
};
struct SubscriptionEntry {
  std::string topic;
  std::string protocol;
  std::string endpoint;
  bool is_raw = false;
  std::string filter_policy;  // JSON; empty: none
};
struct TargetEntry {
  std::string arn;
  std::string input;  // JSON
  std::string input_path;
  std::string input_transformer;  // JSON
};
struct RuleEntry {
  std::string name;
  std::string bus = "default";
  std::string pattern;  // JSON
  std::vector<TargetEntry> targets;
};
struct TableEntry {
  std::string database;
  std::string table;  // empty: the database alone
};

struct ServiceEntries {
  std::vector<std::string> buckets;
  std::vector<QueueEntry> queues;
  std::vector<std::string> topics;
  std::vector<SubscriptionEntry> subscriptions;
  std::vector<std::string> buses;
  std::vector<RuleEntry> rules;
  std::vector<TableEntry> tables;
};

inline constexpr std::string_view kServiceSections[] = {"s3", "sqs", "sns", "events", "timestream"};

struct Complaint {
  yaml::Mark at;
  std::string message;
};
// Reads the sections of a project's root, which is a map; others are not looked at.
[[nodiscard]] auto read_local_services(yaml::Node const& root) -> Result<ServiceEntries, Complaint>;

// A YAML node as JSON: plain scalars that are JSON stay what they are, all others are strings.
[[nodiscard]] auto to_json(yaml::Node const& node) -> std::string;

}  // namespace treadle::import
