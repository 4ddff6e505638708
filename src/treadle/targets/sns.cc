#include "treadle/targets/sns.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/json/parse.h"
#include "treadle/targets/event_pattern.h"

namespace treadle::targets {

char const* const kSnsSchema = R"(
create table if not exists topics(arn text primary key, name text not null, created integer not null)
  without rowid;
create table if not exists subscriptions(arn text primary key, topic text not null,
  protocol text not null, endpoint text not null, created integer not null) without rowid;
create index if not exists subscriptions_by_topic on subscriptions(topic);
create table if not exists sns_attributes(owner text not null, name text not null,
  value text not null, primary key(owner, name)) without rowid;
)";

namespace {

constexpr std::string_view kNamespace = "http://sns.amazonaws.com/doc/2010-03-31/";
constexpr std::size_t kPage = 100;

auto is_topic_name(std::string_view name) -> bool {
  if (name.ends_with(".fifo")) name.remove_suffix(5);
  return !name.empty() && name.size() <= 256 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

auto not_found(std::string_view what) -> std::unexpected<Problem> {
  return refuse("NotFound", fmt::format("{} does not exist", what), 404);
}

auto invalid(std::string message) -> std::unexpected<Problem> {
  return refuse("InvalidParameter", "Invalid parameter: " + std::move(message));
}

auto entry(std::string_view key, std::string_view value) -> std::string {
  return fmt::format("<entry>{}{}</entry>", xml("key", key), xml("value", value));
}

auto check_filter(std::string_view policy) -> std::optional<Problem> {
  json::Arena arena;
  auto const parsed = json::parse(arena, policy, {.depth_max = 20});
  auto const problem =
      parsed ? check_pattern(*parsed) : std::optional<std::string>("failed to parse JSON");
  if (!problem || (parsed && parsed->is_object() && parsed->size() == 0)) return std::nullopt;
  return Problem{400, "InvalidParameter", "Invalid parameter: FilterPolicy: " + *problem};
}

}  // namespace

void Sns::handle(net::Request&& request, net::Responder responder) {
  auto const held = std::make_shared<std::pair<net::Request, net::Responder>>(std::move(request),
                                                                              std::move(responder));
  bool const is_taken = worker_.post([this, held] {
    auto& [http, answer_to] = *held;
    auto form = parse_form(http.body);
    if (auto const mark = http.target.find('?'); mark != std::string::npos)
      for (auto& [key, value] : parse_form(std::string_view(http.target).substr(mark + 1)))
        form.emplace(key, value);
    auto const result = dispatch(form);
    worker_.answer(std::move(answer_to),
                   query_response(result, find(form, "Action"), kNamespace, http.id.view()));
  });
  if (!is_taken)
    held->second.send(query_response(refuse("Throttled", "Too many requests wait.", 503), "",
                                     kNamespace, held->first.id.view()));
}

auto Sns::dispatch(Form const& form) -> Answer {
  auto const op = find(form, "Action");
  if (op == "CreateTopic") return create_topic(form);
  if (op == "ListTopics" || op == "ListSubscriptions" || op == "ListSubscriptionsByTopic")
    return list(form);
  if (op == "Subscribe") return subscribe(form);
  if (op == "Publish") return publish_form(form);
  if (op == "PublishBatch") return publish_batch(form);
  if (op == "GetTopicAttributes" || op == "SetTopicAttributes") return topic_attributes(form);
  if (op == "GetSubscriptionAttributes" || op == "SetSubscriptionAttributes")
    return subscription_attributes(form);
  if (op == "ListTagsForResource") return "<Tags/>";
  // DIFFERS: a subscription counts at once; AWS waits for a webhook to confirm it.
  if (op == "ConfirmSubscription") return invalid("Token");
  if (op == "DeleteTopic") {
    auto const topic = find(form, "TopicArn");
    database_.run(
        "delete from sns_attributes where owner=? or owner in (select arn from subscriptions where "
        "topic=?)",
        topic, topic);
    database_.run("delete from subscriptions where topic=?", topic);
    database_.run("delete from dedups where owner=?", topic);
    database_.run("delete from topics where arn=?", topic);
    return "";
  }
  if (op == "Unsubscribe") {
    auto const subscription = find(form, "SubscriptionArn");
    database_.run("delete from sns_attributes where owner=?", subscription);
    database_.run("delete from subscriptions where arn=?", subscription);
    return "";
  }
  return refuse("InvalidAction",
                fmt::format("The action {} is not valid for this web service.", op));
}

auto Sns::arn(std::string_view topic) const -> std::string {
  return fmt::format("arn:aws:sns:{}:{}:{}", scope_.region, scope_.account, topic);
}

auto Sns::has_topic(std::string_view topic_arn) -> bool {
  return database_.query("select 1 from topics where arn=?", topic_arn).next();
}

auto Sns::attribute(std::string_view owner, std::string_view name) -> std::string {
  auto rows =
      database_.query("select value from sns_attributes where owner=? and name=?", owner, name);
  return rows.next() ? rows.string(0) : std::string();
}

void Sns::set_attribute(std::string_view owner, std::string_view name, std::string_view value) {
  if (value.empty())
    database_.run("delete from sns_attributes where owner=? and name=?", owner, name);
  else
    database_.run("insert or replace into sns_attributes values(?,?,?)", owner, name, value);
}

void Sns::make(std::vector<std::string> const& topics,
               std::vector<SubscriptionSetup> const& subscriptions) {
  auto const make_topic = [&](std::string const& name) {
    database_.run("insert or ignore into topics values(?,?,?)", arn(name), name, scope_.now());
    if (name.ends_with(".fifo")) set_attribute(arn(name), "FifoTopic", "true");
  };
  for (auto const& name : topics) make_topic(name);
  for (auto const& one : subscriptions) {
    make_topic(one.topic);
    Form form{{"TopicArn", arn(one.topic)}, {"Protocol", one.protocol}, {"Endpoint", one.endpoint}};
    (void)subscribe(form);
    auto rows =
        database_.query("select arn from subscriptions where topic=? and protocol=? and endpoint=?",
                        arn(one.topic), one.protocol, one.endpoint);
    if (!rows.next()) continue;
    set_attribute(rows.text(0), "RawMessageDelivery", one.is_raw ? "true" : "");
    set_attribute(rows.text(0), "FilterPolicy", one.filter_policy);
  }
}

auto Sns::create_topic(Form const& form) -> Answer {
  auto const name = find(form, "Name");
  if (!is_topic_name(name)) return invalid("Topic Name");
  auto const topic = arn(name);
  bool is_fifo = false;
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
  for (int i = 1; i <= 50; ++i) {
    auto const key = find(form, fmt::format("Attributes.entry.{}.key", i));
    if (key.empty()) break;
    attributes.emplace_back(key, find(form, fmt::format("Attributes.entry.{}.value", i)));
    if (key == "FifoTopic") is_fifo = attributes.back().second == "true";
  }
  if (is_fifo != name.ends_with(".fifo"))
    return invalid(
        "Fifo Topic names must end with .fifo and must be made up of only uppercase and "
        "lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 "
        "and 256 characters long.");
  database_.run("insert or ignore into topics values(?,?,?)", topic, name, scope_.now());
  for (auto const& [key, value] : attributes) set_attribute(topic, key, value);
  return xml("TopicArn", topic);
}

auto Sns::list(Form const& form) -> Answer {
  auto const after = find(form, "NextToken");
  auto const op = find(form, "Action");
  std::string out, last;
  std::size_t count = 0;
  std::string token;
  if (op == "ListTopics") {
    auto rows = database_.query("select arn from topics where arn>? order by arn limit 101", after);
    while (rows.next()) {
      if (count++ == kPage) {
        token = last;
        break;
      }
      last = rows.string(0);
      out += fmt::format("<member>{}</member>", xml("TopicArn", last));
    }
    return fmt::format("<Topics>{}</Topics>{}", out, token.empty() ? "" : xml("NextToken", token));
  }
  auto const topic = find(form, "TopicArn");
  if (op == "ListSubscriptionsByTopic" && !has_topic(topic)) return not_found("Topic");
  auto rows = database_.query(
      "select arn,topic,protocol,endpoint from subscriptions where (?='' or topic=?) and arn>? "
      "order "
      "by arn limit 101",
      topic, topic, after);
  while (rows.next()) {
    if (count++ == kPage) {
      token = last;
      break;
    }
    last = rows.string(0);
    out += fmt::format("<member>{}{}{}{}{}</member>", xml("SubscriptionArn", last),
                       xml("Owner", scope_.account), xml("Protocol", rows.text(2)),
                       xml("Endpoint", rows.text(3)), xml("TopicArn", rows.text(1)));
  }
  return fmt::format("<Subscriptions>{}</Subscriptions>{}", out,
                     token.empty() ? "" : xml("NextToken", token));
}

auto Sns::subscribe(Form const& form) -> Answer {
  auto const topic = find(form, "TopicArn");
  auto const protocol = find(form, "Protocol");
  auto const endpoint = find(form, "Endpoint");
  if (!has_topic(topic)) return not_found("Topic");
  bool const is_good = (protocol == "sqs" && endpoint.starts_with("arn:aws:sqs:")) ||
                       (protocol == "lambda" && endpoint.starts_with("arn:aws:lambda:")) ||
                       (protocol == "http" && endpoint.starts_with("http://")) ||
                       (protocol == "https" && endpoint.starts_with("https://"));
  if (!is_good) return invalid("Endpoint or Protocol: sqs, lambda, http and https are served here");
  for (int i = 1; i <= 20; ++i)
    if (find(form, fmt::format("Attributes.entry.{}.key", i)) == "FilterPolicy")
      if (auto problem = check_filter(find(form, fmt::format("Attributes.entry.{}.value", i))))
        return std::unexpected(std::move(*problem));
  {
    auto rows =
        database_.query("select arn from subscriptions where topic=? and protocol=? and endpoint=?",
                        topic, protocol, endpoint);
    if (rows.next()) return xml("SubscriptionArn", rows.text(0));
  }
  auto const subscription = fmt::format("{}:{}", topic, scope_.uuid());
  database_.run("insert into subscriptions values(?,?,?,?,?)", subscription, topic, protocol,
                endpoint, scope_.now());
  for (int i = 1; i <= 20; ++i) {
    auto const key = find(form, fmt::format("Attributes.entry.{}.key", i));
    if (key.empty()) break;
    set_attribute(subscription, key, find(form, fmt::format("Attributes.entry.{}.value", i)));
  }
  return xml("SubscriptionArn", subscription);
}

auto Sns::topic_attributes(Form const& form) -> Answer {
  auto const topic = find(form, "TopicArn");
  if (!has_topic(topic)) return not_found("Topic");
  if (find(form, "Action") == "SetTopicAttributes") {
    set_attribute(topic, find(form, "AttributeName"), find(form, "AttributeValue"));
    return "";
  }
  std::string out = entry("TopicArn", topic) + entry("Owner", scope_.account) +
                    entry("SubscriptionsPending", "0") + entry("SubscriptionsDeleted", "0");
  {
    auto rows = database_.query("select count(*) from subscriptions where topic=?", topic);
    if (rows.next()) out += entry("SubscriptionsConfirmed", rows.text(0));
  }
  auto rows = database_.query(
      "select name,value from sns_attributes where owner=? and name not like 'treadle:%'", topic);
  while (rows.next()) out += entry(rows.text(0), rows.text(1));
  return fmt::format("<Attributes>{}</Attributes>", out);
}

auto Sns::subscription_attributes(Form const& form) -> Answer {
  auto const subscription = find(form, "SubscriptionArn");
  auto rows = database_.query("select topic,protocol,endpoint from subscriptions where arn=?",
                              subscription);
  if (!rows.next()) return not_found("Subscription");
  if (find(form, "Action") == "SetSubscriptionAttributes") {
    auto const name = find(form, "AttributeName");
    constexpr std::string_view kNames[] = {"FilterPolicy", "FilterPolicyScope",
                                           "RawMessageDelivery", "RedrivePolicy", "DeliveryPolicy"};
    if (std::ranges::find(kNames, name) == std::end(kNames)) return invalid("AttributeName");
    auto const value = find(form, "AttributeValue");
    if (name == "FilterPolicy" && !value.empty())
      if (auto problem = check_filter(value)) return std::unexpected(std::move(*problem));
    set_attribute(subscription, name, value);
    return "";
  }
  std::string out = entry("SubscriptionArn", subscription) + entry("TopicArn", rows.text(0)) +
                    entry("Protocol", rows.text(1)) + entry("Endpoint", rows.text(2)) +
                    entry("Owner", scope_.account) + entry("PendingConfirmation", "false");
  auto own = database_.query("select name,value from sns_attributes where owner=?", subscription);
  while (own.next()) out += entry(own.text(0), own.text(1));
  return fmt::format("<Attributes>{}</Attributes>", out);
}

}  // namespace treadle::targets
