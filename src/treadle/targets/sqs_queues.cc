#include <algorithm>

#include <fmt/format.h>

#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/targets/sqs.h"

namespace treadle::targets {
namespace {

constexpr std::string_view kDefaults[][2] = {{"VisibilityTimeout", "30"},
                                             {"DelaySeconds", "0"},
                                             {"MaximumMessageSize", "262144"},
                                             {"MessageRetentionPeriod", "345600"},
                                             {"ReceiveMessageWaitTimeSeconds", "0"}};
struct Bounds {
  std::string_view name;
  std::int64_t min, max;
};
constexpr Bounds kBounds[] = {{"VisibilityTimeout", 0, 43'200},
                              {"DelaySeconds", 0, 900},
                              {"MaximumMessageSize", 1'024, 1'048'576},
                              {"MessageRetentionPeriod", 60, 1'209'600},
                              {"ReceiveMessageWaitTimeSeconds", 0, 20}};
constexpr std::string_view kOthers[] = {"FifoQueue",
                                        "ContentBasedDeduplication",
                                        "RedrivePolicy",
                                        "Policy",
                                        "RedriveAllowPolicy",
                                        "KmsMasterKeyId",
                                        "KmsDataKeyReusePeriodSeconds",
                                        "SqsManagedSseEnabled",
                                        "DeduplicationScope",
                                        "FifoThroughputLimit"};

auto is_queue_name(std::string_view name) -> bool {
  if (name.ends_with(".fifo")) name.remove_suffix(5);
  return !name.empty() && name.size() <= 80 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

auto check_attribute(std::string_view name, std::string_view value) -> std::optional<Problem> {
  for (auto const& bounds : kBounds)
    if (bounds.name == name) {
      auto const number = parse_int(value);
      if (number && *number >= bounds.min && *number <= bounds.max) return std::nullopt;
      return Problem{400, "InvalidAttributeValue",
                     fmt::format("Invalid value for the parameter {}.", name)};
    }
  if (std::ranges::find(kOthers, name) == std::end(kOthers))
    return Problem{400, "InvalidAttributeName", fmt::format("Unknown Attribute {}.", name)};
  if (name != "RedrivePolicy" || value.empty()) return std::nullopt;
  json::Arena arena;
  auto const policy = json::parse(arena, value, {.depth_max = 4});
  auto const count = policy ? member_int(*policy, "maxReceiveCount") : std::nullopt;
  if (count && *count >= 1 && *count <= 1'000 &&
      member_text(*policy, "deadLetterTargetArn").starts_with("arn:aws:sqs:"))
    return std::nullopt;
  return Problem{400, "InvalidAttributeValue",
                 fmt::format("Value {} for parameter RedrivePolicy is invalid.", value)};
}

}  // namespace

auto Sqs::has_queue(std::string_view name) -> bool {
  return database_.query("select 1 from queues where name=?", name).next();
}

auto Sqs::arn(std::string_view queue) const -> std::string {
  return fmt::format("arn:aws:sqs:{}:{}:{}", scope_.region, scope_.account, queue);
}

auto Sqs::queue_of_arn(std::string_view arn) const -> std::string_view {
  return arn.substr(arn.rfind(':') + 1);
}

auto Sqs::url(Call const& call, std::string_view queue) const -> std::string {
  return fmt::format("http://{}/{}/{}", call.host, scope_.account, queue);
}

auto Sqs::queue_of(json::Value request) -> std::expected<std::string, Problem> {
  auto const url = member_text(request, "QueueUrl");
  if (url.empty())
    return std::unexpected(
        Problem{400, "MissingParameter", "The request must contain the parameter QueueUrl."});
  auto const name = url.substr(url.rfind('/') + 1);
  if (!has_queue(name))
    return std::unexpected(
        Problem{400, "QueueDoesNotExist", "The specified queue does not exist."});
  return std::string(name);
}

auto Sqs::load(std::string_view queue) -> Attributes {
  Attributes out;
  for (auto const& [name, value] : kDefaults) out.emplace(name, value);
  auto rows = database_.query("select name,value from queue_attributes where queue=?", queue);
  while (rows.next()) out[rows.string(0)] = rows.string(1);
  return out;
}

void Sqs::make(std::vector<QueueSetup> const& queues) {
  for (auto const& queue : queues) {
    database_.run("insert or ignore into queues values(?,?,?)", queue.name, scope_.now(),
                  scope_.now());
    if (queue.name.ends_with(".fifo"))
      database_.run("insert or replace into queue_attributes values(?,'FifoQueue','true')",
                    queue.name);
    for (auto const& [name, value] : queue.attributes)
      database_.run("insert or replace into queue_attributes values(?,?,?)", queue.name, name,
                    value);
  }
}

auto Sqs::create_queue(Call const& call) -> Answer {
  auto const name = member_text(call.request, "QueueName");
  if (!is_queue_name(name))
    return refuse("InvalidParameterValue",
                  "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in "
                  "length");
  auto const* const attributes = call.request.find("Attributes");
  json::Value const given = attributes == nullptr ? json::Value() : *attributes;
  bool const is_fifo = member_text(given, "FifoQueue") == "true";
  if (is_fifo != name.ends_with(".fifo"))
    return refuse("InvalidParameterValue",
                  is_fifo
                      ? "The name of a FIFO queue can only include alphanumeric characters, "
                        "hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in "
                        "length."
                      : "Can only include alphanumeric characters, hyphens, or underscores. 1 to "
                        "80 in length");
  if (has_queue(name)) {
    auto const own = load(name);
    for (auto const& [key, value] :
         given.is_object() ? given.members() : std::span<json::Member const>())
      if (auto const found = own.find(key);
          found == own.end() || found->second != member_text(given, key))
        return refuse("QueueNameExists",
                      fmt::format("A queue already exists with the same name and a different value "
                                  "for attribute {}",
                                  key));
    return Object().text("QueueUrl", url(call, name)).str();
  }
  if (given.is_object())
    for (auto const& [key, value] : given.members())
      if (auto problem = check_attribute(key, member_text(given, key)))
        return std::unexpected(std::move(*problem));
  database_.run("insert into queues values(?,?,?)", name, scope_.now(), scope_.now());
  if (given.is_object()) TRY(set_attributes(name, given));
  return Object().text("QueueUrl", url(call, name)).str();
}

auto Sqs::set_attributes(std::string_view queue, json::Value attributes) -> Answer {
  if (!attributes.is_object())
    return refuse("MissingParameter", "The request must contain the parameter Attributes.");
  for (auto const& [key, value] : attributes.members())
    if (auto problem = check_attribute(key, member_text(attributes, key)))
      return std::unexpected(std::move(*problem));
  for (auto const& [key, value] : attributes.members()) {
    auto const text = member_text(attributes, key);
    if (text.empty())
      database_.run("delete from queue_attributes where queue=? and name=?", queue, key);
    else
      database_.run("insert or replace into queue_attributes values(?,?,?)", queue, key, text);
  }
  database_.run("update queues set modified=? where name=?", scope_.now(), queue);
  return "{}";
}

auto Sqs::get_attributes(std::string_view queue, Call const& call) -> Answer {
  auto all = load(queue);
  drop_old(queue, all);
  {
    auto rows = database_.query("select created,modified from queues where name=?", queue);
    if (rows.next()) {
      all["CreatedTimestamp"] = std::to_string(rows.integer(0) / 1000);
      all["LastModifiedTimestamp"] = std::to_string(rows.integer(1) / 1000);
    }
  }
  all["QueueArn"] = arn(queue);
  auto const now = scope_.now();
  auto rows = database_.query(
      "select coalesce(sum(visible_at<=?),0), coalesce(sum(visible_at>? and receives>0),0), "
      "coalesce(sum(visible_at>? and receives=0),0) from messages where queue=?",
      now, now, now, queue);
  if (rows.next()) {
    all["ApproximateNumberOfMessages"] = rows.string(0);
    all["ApproximateNumberOfMessagesNotVisible"] = rows.string(1);
    all["ApproximateNumberOfMessagesDelayed"] = rows.string(2);
  }
  auto const* const names = call.request.find("AttributeNames");
  Object out;
  bool is_empty = true;
  if (names != nullptr && names->is_array())
    for (auto const& [name, value] : all)
      if (std::ranges::any_of(names->elements(), [&](json::Value one) {
            return one.is_string() && (one.as_string() == "All" || one.as_string() == name);
          })) {
        out.text(name, value);
        is_empty = false;
      }
  return is_empty ? "{}" : Object().raw("Attributes", out.str()).str();
}

auto Sqs::list_queues(Call const& call) -> Answer {
  auto const prefix = member_text(call.request, "QueueNamePrefix");
  auto const max =
      std::clamp<std::int64_t>(member_int(call.request, "MaxResults").value_or(1'000), 1, 1'000);
  auto rows = database_.query("select name from queues where name>? order by name",
                              member_text(call.request, "NextToken"));
  std::string urls = "[", last;
  std::int64_t count = 0;
  Object out;
  while (rows.next()) {
    if (!rows.text(0).starts_with(prefix)) continue;
    if (count++ >= max) {
      out.text("NextToken", last);
      break;
    }
    last = rows.string(0);
    append_element(urls, json::print_string(url(call, last)));
  }
  if (urls != "[") out.raw("QueueUrls", urls + "]");
  return out.str();
}

}  // namespace treadle::targets
