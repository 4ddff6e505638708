#include "treadle/import/project_local_services.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::import {
namespace {

template <typename T>
using Read = Result<T, Complaint>;
using Names = std::vector<std::string_view>;

auto refuse(yaml::Node const& at, std::string message) -> std::unexpected<Complaint> {
  return std::unexpected(Complaint{at.mark(), std::move(message)});
}

// Levenshtein's.
auto distance(std::string_view a, std::string_view b) -> std::size_t {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto corner = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto const change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

auto check_keys(yaml::Node const& node, Names const& known) -> Read<void> {
  if (!node.is_map())
    return refuse(node, fmt::format("expected a map with {}", fmt::join(known, ", ")));
  for (auto const& [key, value] : node.members()) {
    if (std::ranges::find(known, key.text()) != known.end()) continue;
    auto const word = key.text().substr(0, 80);
    auto const nearest = std::ranges::min(known, {}, [&](auto one) { return distance(word, one); });
    return refuse(key, fmt::format("expected one of {}, but not '{}' (did you mean '{}'?)",
                                   fmt::join(known, ", "), word, nearest));
  }
  return {};
}

auto text(yaml::Node const& map, std::string_view key) -> Read<std::string> {
  auto const* const node = map.find(key);
  if (node == nullptr || node->is_null()) return std::string();
  if (!node->is_scalar()) return refuse(*node, fmt::format("expected a text as '{}'", key));
  return std::string(node->text());
}

auto needed(yaml::Node const& map, std::string_view key) -> Read<std::string> {
  auto value = TRY(text(map, key));
  if (value.empty()) return refuse(map, fmt::format("expected a '{}'", key));
  return value;
}

// The list at `key`; empty where there is none.
auto list(yaml::Node const& map, std::string_view key) -> Read<std::span<yaml::Node const>> {
  auto const* const node = map.find(key);
  if (node == nullptr || node->is_null()) return std::span<yaml::Node const>();
  if (!node->is_list()) return refuse(*node, fmt::format("expected a list as '{}'", key));
  return std::span<yaml::Node const>(node->elements());
}

auto members(yaml::Node const& map, std::string_view key)
    -> Read<std::span<yaml::Node::Member const>> {
  auto const* const node = map.find(key);
  if (node == nullptr || node->is_null()) return std::span<yaml::Node::Member const>();
  if (!node->is_map()) return refuse(*node, fmt::format("expected a map as '{}'", key));
  return std::span<yaml::Node::Member const>(node->members());
}

auto texts(yaml::Node const& map, std::string_view key) -> Read<std::vector<std::string>> {
  std::vector<std::string> out;
  for (auto const& one : TRY(list(map, key))) {
    if (!one.is_scalar() || one.text().empty())
      return refuse(one, fmt::format("expected a name in '{}'", key));
    out.emplace_back(one.text());
  }
  return out;
}

// JSON of a map or list, or of a text that is JSON itself.
auto json_of(yaml::Node const& map, std::string_view key) -> Read<std::string> {
  auto const* const node = map.find(key);
  if (node == nullptr || node->is_null()) return std::string();
  if (!node->is_scalar()) return to_json(*node);
  json::Arena arena;
  if (auto const parsed = json::parse(arena, node->text()); !parsed)
    return refuse(*node, fmt::format("expected JSON as '{}': {}", key, parsed.error().to_string()));
  return std::string(node->text());
}

struct Bounds {
  std::string_view name;
  std::int64_t min;
  std::int64_t max;
};
constexpr Bounds kQueueBounds[] = {
    {"VisibilityTimeout", 0, 43'200},         {"DelaySeconds", 0, 900},
    {"MaximumMessageSize", 1'024, 1'048'576}, {"MessageRetentionPeriod", 60, 1'209'600},
    {"ReceiveMessageWaitTimeSeconds", 0, 20}, {"maxReceiveCount", 1, 1'000}};

auto check_number(yaml::Node const& at, Bounds const& bounds) -> Read<void> {
  std::int64_t number = 0;
  auto const text = at.is_scalar() ? at.text() : std::string_view();
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= bounds.min &&
      number <= bounds.max)
    return {};
  return refuse(at, fmt::format("expected a number from {} to {} as '{}'", bounds.min, bounds.max,
                                bounds.name));
}

auto check_redrive(yaml::Node const& policy) -> Read<void> {
  if (!policy.is_map()) return {};  // JSON as a text
  TRY(check_keys(policy, {"deadLetterTargetArn", "maxReceiveCount"}));
  auto const arn = TRY(needed(policy, "deadLetterTargetArn"));
  if (!arn.starts_with("arn:aws:sqs:"))
    return refuse(*policy.find("deadLetterTargetArn"), "expected the ARN of a queue");
  auto const* const count = policy.find("maxReceiveCount");
  if (count == nullptr) return refuse(policy, "expected a 'maxReceiveCount'");
  return check_number(*count, kQueueBounds[5]);
}

auto check_queue(std::string_view queue, yaml::Node const& attributes) -> Read<void> {
  for (auto const& bounds : kQueueBounds)
    if (auto const* const value = attributes.find(bounds.name)) TRY(check_number(*value, bounds));
  if (auto const* const policy = attributes.find("RedrivePolicy")) TRY(check_redrive(*policy));
  auto const* const by_content = attributes.find("ContentBasedDeduplication");
  if (by_content == nullptr) return {};
  auto const value = TRY(needed(attributes, "ContentBasedDeduplication"));
  if (value != "true" && value != "false") return refuse(*by_content, "expected true or false");
  if (!queue.ends_with(".fifo"))
    return refuse(*by_content, "only a queue whose name ends in '.fifo' has this");
  return {};
}

// A protocol and an endpoint of its kind.
auto check_subscription(yaml::Node const& node, SubscriptionEntry const& one) -> Read<void> {
  struct Kind {
    std::string_view protocol;
    std::string_view prefix;
    std::string_view name;
  };
  constexpr Kind kKinds[] = {{"sqs", "arn:aws:sqs:", "the ARN of a queue"},
                             {"lambda", "arn:aws:lambda:", "the ARN of a function"},
                             {"http", "http://", "a URL that begins with http://"},
                             {"https", "https://", "a URL that begins with https://"}};
  auto const* const kind = std::ranges::find(kKinds, one.protocol, &Kind::protocol);
  if (kind == std::end(kKinds))
    return refuse(*node.find("protocol"), "expected sqs, lambda, http or https");
  if (!one.endpoint.starts_with(kind->prefix))
    return refuse(*node.find("endpoint"), fmt::format("expected {}", kind->name));
  return {};
}

auto read_queues(yaml::Node const& section, ServiceEntries& out) -> Read<void> {
  TRY(check_keys(section, {"queues"}));
  for (auto const& [key, node] : TRY(members(section, "queues"))) {
    QueueEntry queue{.name = std::string(key.text()), .attributes = {}};
    if (!node.is_null()) {
      TRY(check_keys(node, {"VisibilityTimeout", "DelaySeconds", "MaximumMessageSize",
                            "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds",
                            "ContentBasedDeduplication", "RedrivePolicy"}));
      TRY(check_queue(queue.name, node));
      for (auto const& [name, value] : node.members())
        queue.attributes.emplace_back(
            name.text(), value.is_map() ? to_json(value) : TRY(needed(node, name.text())));
    }
    out.queues.push_back(std::move(queue));
  }
  return {};
}

auto read_topics(yaml::Node const& section, ServiceEntries& out) -> Read<void> {
  TRY(check_keys(section, {"topics", "subscriptions"}));
  out.topics = TRY(texts(section, "topics"));
  for (auto const& node : TRY(list(section, "subscriptions"))) {
    TRY(check_keys(node, {"topic", "protocol", "endpoint", "rawMessageDelivery", "filterPolicy"}));
    SubscriptionEntry one{.topic = TRY(needed(node, "topic")),
                          .protocol = TRY(needed(node, "protocol")),
                          .endpoint = TRY(needed(node, "endpoint")),
                          .filter_policy = TRY(json_of(node, "filterPolicy"))};
    TRY(check_subscription(node, one));
    auto const raw = TRY(text(node, "rawMessageDelivery"));
    if (!raw.empty() && raw != "true" && raw != "false")
      return refuse(*node.find("rawMessageDelivery"), "expected true or false");
    one.is_raw = raw == "true";
    out.subscriptions.push_back(std::move(one));
  }
  return {};
}

auto read_rules(yaml::Node const& section, ServiceEntries& out) -> Read<void> {
  TRY(check_keys(section, {"buses", "rules"}));
  out.buses = TRY(texts(section, "buses"));
  for (auto const& [key, node] : TRY(members(section, "rules"))) {
    TRY(check_keys(node, {"bus", "pattern", "targets"}));
    RuleEntry rule{
        .name = std::string(key.text()), .pattern = TRY(json_of(node, "pattern")), .targets = {}};
    if (rule.pattern.empty()) return refuse(node, "expected a 'pattern'");
    if (auto bus = TRY(text(node, "bus")); !bus.empty()) rule.bus = std::move(bus);
    for (auto const& target : TRY(list(node, "targets"))) {
      TRY(check_keys(target, {"arn", "input", "inputPath", "inputTransformer"}));
      rule.targets.push_back({.arn = TRY(needed(target, "arn")),
                              .input = TRY(json_of(target, "input")),
                              .input_path = TRY(text(target, "inputPath")),
                              .input_transformer = TRY(json_of(target, "inputTransformer"))});
    }
    out.rules.push_back(std::move(rule));
  }
  return {};
}

auto read_tables(yaml::Node const& section, ServiceEntries& out) -> Read<void> {
  TRY(check_keys(section, {"databases"}));
  for (auto const& [key, node] : TRY(members(section, "databases"))) {
    out.tables.push_back({.database = std::string(key.text()), .table = {}});
    if (node.is_null()) continue;
    TRY(check_keys(node, {"tables"}));
    for (auto& table : TRY(texts(node, "tables")))
      out.tables.push_back({.database = std::string(key.text()), .table = std::move(table)});
  }
  return {};
}

}  // namespace

auto to_json(yaml::Node const& node) -> std::string {
  std::string out;
  if (node.is_map()) {
    for (auto const& [key, value] : node.members())
      out += fmt::format("{}{}:{}", out.empty() ? "" : ",", json::print_string(key.text()),
                         to_json(value));
    return '{' + out + '}';
  }
  if (node.is_list()) {
    for (auto const& one : node.elements()) out += (out.empty() ? "" : ",") + to_json(one);
    return '[' + out + ']';
  }
  if (node.is_null()) return "null";
  json::Arena arena;
  auto const parsed = json::parse(arena, node.text());
  bool const is_plain = !node.is_quoted() && parsed &&
                        (parsed->is_bool() || parsed->is_number() || parsed->is_null());
  return is_plain ? std::string(node.text()) : json::print_string(node.text());
}

auto read_local_services(yaml::Node const& root) -> Result<ServiceEntries, Complaint> {
  ServiceEntries out;
  auto const section = [&](std::string_view name) -> yaml::Node const* {
    auto const* const node = root.find(name);
    return node == nullptr || node->is_null() ? nullptr : node;
  };
  if (auto const* const node = section("s3")) {
    TRY(check_keys(*node, {"buckets"}));
    out.buckets = TRY(texts(*node, "buckets"));
  }
  if (auto const* const node = section("sqs")) TRY(read_queues(*node, out));
  if (auto const* const node = section("sns")) TRY(read_topics(*node, out));
  if (auto const* const node = section("events")) TRY(read_rules(*node, out));
  if (auto const* const node = section("timestream")) TRY(read_tables(*node, out));
  return out;
}

}  // namespace treadle::import
