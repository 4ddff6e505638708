#include <fmt/format.h>

#include "treadle/base/hmac.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/targets/event_pattern.h"
#include "treadle/targets/s3_call.h"
#include "treadle/targets/sns.h"

namespace treadle::targets {

struct Sns::Post {
  std::string topic;
  std::string id;
  std::int64_t time = 0;
  std::string sequence;
  Message const& message;
};

namespace {

constexpr std::size_t kMessageBytesMax = 262'144;
constexpr std::int64_t kDedupMilliseconds = 5 * 60 * 1'000;

auto read_message(Form const& form, std::string_view prefix) -> Sns::Message {
  auto const get = [&](std::string_view name) {
    return std::string(find(form, std::string(prefix) + std::string(name)));
  };
  auto const attributes = form_attributes(form, std::string(prefix) + "MessageAttributes.entry.");
  return {.text = get("Message"),
          .subject = get("Subject"),
          .attributes = attributes.empty() ? "{}" : attributes,
          .structure = get("MessageStructure"),
          .group = get("MessageGroupId"),
          .dedup = get("MessageDeduplicationId")};
}

// {name: {Type, Value}} as envelopes have them.
auto shown_attributes(std::string_view attributes) -> std::string {
  json::Arena arena;
  auto const parsed = json::parse(arena, attributes);
  Object out;
  if (parsed && parsed->is_object())
    for (auto const& [name, value] : parsed->members()) {
      auto const type = member_text(value, "DataType");
      auto const part = type.starts_with("Binary") ? "BinaryValue" : "StringValue";
      out.raw(name, Object().text("Type", type).text("Value", member_text(value, part)).str());
    }
  return out.str();
}

// What a filter policy sees of attributes.
auto filterable(std::string_view attributes) -> std::string {
  json::Arena arena;
  auto const parsed = json::parse(arena, attributes);
  Object out;
  if (parsed && parsed->is_object())
    for (auto const& [name, value] : parsed->members()) {
      auto const type = member_text(value, "DataType");
      auto const text = member_text(value, "StringValue");
      json::Arena scratch;
      bool const is_json = (type == "Number" || type == "String.Array") &&
                           json::parse(scratch, text, {.depth_max = 4}).has_value();
      if (is_json)
        out.raw(name, text);
      else if (!type.starts_with("Binary"))
        out.text(name, text);
    }
  return out.str();
}

// The text for one protocol, where MessageStructure is "json".
auto text_for(Sns::Message const& message, std::string_view protocol) -> std::string {
  if (message.structure != "json") return message.text;
  json::Arena arena;
  auto const parsed = json::parse(arena, message.text);
  if (!parsed) return message.text;
  auto const own = member_text(*parsed, protocol);
  return std::string(own.empty() ? member_text(*parsed, "default") : own);
}

}  // namespace

auto Sns::publish_form(Form const& form) -> Answer {
  auto topic = find(form, "TopicArn");
  if (topic.empty()) topic = find(form, "TargetArn");
  if (topic.empty())
    return refuse("InvalidParameter",
                  "Invalid parameter: TopicArn or TargetArn Reason: no value for "
                  "required parameter");
  return publish(topic, read_message(form, ""));
}

auto Sns::publish_batch(Form const& form) -> Answer {
  auto const topic = find(form, "TopicArn");
  if (!has_topic(topic)) return refuse("NotFound", "Topic does not exist", 404);
  std::string good, bad;
  int count = 0;
  for (; count < 10; ++count) {
    auto const prefix = fmt::format("PublishBatchRequestEntries.member.{}.", count + 1);
    auto const id = find(form, prefix + "Id");
    if (id.empty()) break;
    if (auto const result = publish(topic, read_message(form, prefix)))
      good += fmt::format("<member>{}{}</member>", xml("Id", id), *result);
    else
      bad += fmt::format("<member>{}{}{}<SenderFault>true</SenderFault></member>", xml("Id", id),
                         xml("Code", result.error().code), xml("Message", result.error().message));
  }
  if (count == 0)
    return refuse("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  return fmt::format("<Successful>{}</Successful><Failed>{}</Failed>", good, bad);
}

auto Sns::publish(std::string_view topic, Message const& message) -> Answer {
  if (!has_topic(topic)) return refuse("NotFound", "Topic does not exist", 404);
  if (message.text.empty()) return refuse("InvalidParameter", "Invalid parameter: Empty message");
  if (message.text.size() + message.attributes.size() > kMessageBytesMax)
    return refuse("InvalidParameter", "Invalid parameter: Message too long");
  if (message.structure == "json") {
    json::Arena arena;
    auto const parsed = json::parse(arena, message.text);
    if (!parsed)
      return refuse("InvalidParameter",
                    "Invalid parameter: Message Structure - JSON message body failed to parse");
    if (member_text(*parsed, "default").empty())
      return refuse("InvalidParameter",
                    "Invalid parameter: Message Structure - No default entry in JSON message body");
  }
  Post post{std::string(topic), scope_.uuid(), scope_.now(), "", message};
  if (topic.ends_with(".fifo")) {
    if (message.group.empty())
      return refuse("InvalidParameter",
                    "Invalid parameter: The MessageGroupId parameter is required for FIFO topics");
    auto dedup = message.dedup;
    if (dedup.empty() && attribute(topic, "ContentBasedDeduplication") == "true")
      dedup = to_hex(sha256(message.text));
    if (dedup.empty())
      return refuse(
          "InvalidParameter",
          "Invalid parameter: The topic should either have ContentBasedDeduplication enabled "
          "or MessageDeduplicationId provided explicitly");
    database_.run("delete from dedups where owner=? and expires<=?", topic, post.time);
    auto rows =
        database_.query("select id,seq from dedups where owner=? and dedup=?", topic, dedup);
    if (rows.next())
      return xml("MessageId", rows.text(0)) +
             xml("SequenceNumber", fmt::format("{:020}", rows.integer(1)));
    std::int64_t number = parse_int(attribute(topic, "treadle:sequence")).value_or(0) + 1;
    set_attribute(topic, "treadle:sequence", std::to_string(number));
    database_.run("insert into dedups values(?,?,?,?,?)", topic, dedup, post.id, number,
                  post.time + kDedupMilliseconds);
    post.sequence = fmt::format("{:020}", number);
  }
  std::vector<Subscription> to;
  {
    auto rows =
        database_.query("select arn,protocol,endpoint from subscriptions where topic=?", topic);
    while (rows.next())
      to.push_back({.arn = rows.string(0),
                    .protocol = rows.string(1),
                    .endpoint = rows.string(2),
                    .is_raw = attribute(rows.text(0), "RawMessageDelivery") == "true",
                    .filter_policy = attribute(rows.text(0), "FilterPolicy"),
                    .filter_scope = attribute(rows.text(0), "FilterPolicyScope"),
                    .redrive_policy = attribute(rows.text(0), "RedrivePolicy")});
  }
  for (auto const& one : to)
    if (passes(one, post)) deliver(one, post);
  return xml("MessageId", post.id) +
         (post.sequence.empty() ? "" : xml("SequenceNumber", post.sequence));
}

auto Sns::passes(Subscription const& to, Post const& post) const -> bool {
  if (to.filter_policy.empty()) return true;
  json::Arena arena;
  auto const policy = json::parse(arena, to.filter_policy);
  auto const seen =
      to.filter_scope == "MessageBody" ? post.message.text : filterable(post.message.attributes);
  auto const value = json::parse(arena, seen);
  return policy && value && matches_pattern(*policy, *value);
}

auto Sns::envelope(Subscription const& to, Post const& post) const -> std::string {
  Object out;
  out.text("Type", "Notification").text("MessageId", post.id).text("TopicArn", post.topic);
  if (!post.sequence.empty()) out.text("SequenceNumber", post.sequence);
  if (!post.message.subject.empty()) out.text("Subject", post.message.subject);
  out.text("Message", text_for(post.message, to.protocol)).text("Timestamp", iso_date(post.time));
  out.text("UnsubscribeURL", "http://localhost/?Action=Unsubscribe&SubscriptionArn=" + to.arn);
  if (auto const attributes = shown_attributes(post.message.attributes); attributes != "{}")
    out.raw("MessageAttributes", attributes);
  return out.str();
}

void Sns::deliver(Subscription const& to, Post const& post) {
  if (to.protocol == "sqs") {
    Outgoing out{.body = to.is_raw ? text_for(post.message, "sqs") : envelope(to, post),
                 .attributes = to.is_raw ? post.message.attributes : "{}",
                 .group = post.message.group,
                 .dedup = post.message.dedup.empty() && !post.message.group.empty()
                              ? to_hex(sha256(post.message.text))
                              : post.message.dedup};
    (void)sqs_.send(sqs_.queue_of_arn(to.endpoint), out);
    return;
  }
  json::Arena arena;
  auto const redrive = json::parse(arena, to.redrive_policy);
  auto const dead_letters =
      redrive ? std::string(member_text(*redrive, "deadLetterTargetArn")) : std::string();
  Delivery delivery{.target = to.endpoint, .payload = {}, .id = {}};
  if (to.protocol == "lambda") {
    delivery.kind = Delivery::Kind::kFunction;
    Object sns;
    sns.text("Type", "Notification").text("MessageId", post.id).text("TopicArn", post.topic);
    if (post.message.subject.empty())
      sns.raw("Subject", "null");
    else
      sns.text("Subject", post.message.subject);
    sns.text("Message", text_for(post.message, "lambda")).text("Timestamp", iso_date(post.time));
    sns.raw("MessageAttributes", shown_attributes(post.message.attributes));
    auto const record = Object()
                            .text("EventSource", "aws:sns")
                            .text("EventVersion", "1.0")
                            .text("EventSubscriptionArn", to.arn)
                            .raw("Sns", sns.str())
                            .str();
    delivery.payload = Object().raw("Records", '[' + record + ']').str();
  } else {
    delivery.payload = to.is_raw ? text_for(post.message, to.protocol) : envelope(to, post);
    delivery.headers = {{"Content-Type", "text/plain; charset=UTF-8"},
                        {"x-amz-sns-message-type", "Notification"},
                        {"x-amz-sns-message-id", post.id},
                        {"x-amz-sns-topic-arn", post.topic},
                        {"x-amz-sns-subscription-arn", to.arn}};
    if (to.is_raw) delivery.headers.add("x-amz-sns-rawdelivery", "true");
  }
  deliveries_.add(delivery, dead_letters);
}

}  // namespace treadle::targets
