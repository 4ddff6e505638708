#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/hmac.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/targets/digests.h"
#include "treadle/targets/sqs.h"

namespace treadle::targets {
namespace {

constexpr std::int64_t kDedupMilliseconds = 5 * 60 * 1'000;

auto number_of(std::map<std::string, std::string, std::less<>> const& attributes,
               std::string_view name) -> std::int64_t {
  auto const found = attributes.find(name);
  return found == attributes.end() ? 0 : parse_int(found->second).value_or(0);
}

auto is_true(std::map<std::string, std::string, std::less<>> const& attributes,
             std::string_view name) -> bool {
  auto const found = attributes.find(name);
  return found != attributes.end() && found->second == "true";
}

// SQS shows sequence numbers with 20 digits.
auto sequence(std::int64_t seq) -> std::string { return fmt::format("{:020}", seq); }

auto sent(std::string_view id, std::string_view body_md5, std::string_view attributes_md5)
    -> Object {
  Object out;
  out.text("MessageId", id).text("MD5OfMessageBody", body_md5);
  if (!attributes_md5.empty()) out.text("MD5OfMessageAttributes", attributes_md5);
  return out;
}

auto wants(json::Value request, std::string_view list, std::string_view name) -> bool {
  auto const* const names = request.find(list);
  return names != nullptr && names->is_array() &&
         std::ranges::any_of(names->elements(), [&](json::Value one) {
           if (!one.is_string()) return false;
           auto const text = one.as_string();
           return text == "All" || text == name || text == ".*" ||
                  (text.ends_with(".*") && name.starts_with(text.substr(0, text.size() - 2)));
         });
}

auto wanted_attributes(json::Value request, json::Value all, json::Arena& arena) -> json::Value {
  std::vector<json::Member> kept;
  for (auto const& member : all.members())
    if (wants(request, "MessageAttributeNames", member.key)) kept.push_back(member);
  return json::make_object(arena, kept);
}

}  // namespace

auto Sqs::send(std::string_view queue, Outgoing const& message) -> Answer {
  if (!has_queue(queue)) return refuse("QueueDoesNotExist", "The specified queue does not exist.");
  auto const attributes = load(queue);
  if (static_cast<std::int64_t>(message.body.size() + message.attributes.size() - 2) >
      number_of(attributes, "MaximumMessageSize"))
    return refuse("InvalidParameterValue",
                  fmt::format("One or more parameters are invalid. Reason: Message must be shorter "
                              "than {} bytes.",
                              number_of(attributes, "MaximumMessageSize")));
  json::Arena arena;
  auto const parsed = json::parse(arena, message.attributes);
  auto const attributes_md5 = parsed && parsed->is_object() ? md5_of_attributes(*parsed) : "";
  bool const is_fifo = queue.ends_with(".fifo");
  auto const now = scope_.now();
  auto dedup = message.dedup;
  if (is_fifo) {
    if (message.group.empty())
      return refuse("MissingParameter", "The request must contain the parameter MessageGroupId.");
    if (dedup.empty() && is_true(attributes, "ContentBasedDeduplication"))
      dedup = to_hex(sha256(message.body));
    if (dedup.empty())
      return refuse("InvalidParameterValue",
                    "The queue should either have ContentBasedDeduplication enabled or "
                    "MessageDeduplicationId provided explicitly");
    database_.run("delete from dedups where owner=? and expires<=?", queue, now);
    auto rows =
        database_.query("select id,seq from dedups where owner=? and dedup=?", queue, dedup);
    if (rows.next())
      return sent(rows.text(0), md5_hex(message.body), attributes_md5)
          .text("SequenceNumber", sequence(rows.integer(1)))
          .str();
  }
  auto const id = scope_.uuid();
  auto const delay =
      message.delay_seconds >= 0 ? message.delay_seconds : number_of(attributes, "DelaySeconds");
  database_.run(
      "insert into messages(queue,id,body,body_md5,attributes,attributes_md5,group_id,dedup,sent,"
      "visible_at,receives,first_received,receipt) values(?,?,?,?,?,?,?,?,?,?,0,0,'')",
      queue, id, message.body, md5_hex(message.body), message.attributes, attributes_md5,
      message.group, dedup, now, now + delay * 1'000);
  auto const seq = database_.last_row();
  auto out = sent(id, md5_hex(message.body), attributes_md5);
  if (is_fifo) {
    database_.run("insert into dedups values(?,?,?,?,?)", queue, dedup, id, seq,
                  now + kDedupMilliseconds);
    out.text("SequenceNumber", sequence(seq));
  }
  if (waiting_.contains(queue))
    worker_.run_at(Worker::Time::min(), [this, name = std::string(queue)] { wake(name); });
  return out.str();
}

auto Sqs::send_one(std::string_view queue, json::Value request) -> Answer {
  Outgoing message{.body = std::string(member_text(request, "MessageBody")),
                   .group = std::string(member_text(request, "MessageGroupId")),
                   .dedup = std::string(member_text(request, "MessageDeduplicationId"))};
  if (message.body.empty())
    return refuse("MissingParameter", "The request must contain the parameter MessageBody.");
  if (auto const* const attributes = request.find("MessageAttributes");
      attributes != nullptr && attributes->is_object()) {
    for (auto const& [name, value] : attributes->members())
      if (auto const type = member_text(value, "DataType");
          !type.starts_with("String") && !type.starts_with("Number") && !type.starts_with("Binary"))
        return refuse(
            "InvalidParameterValue",
            fmt::format("The type of message (user) attribute '{}' is invalid. You must use "
                        "only the following supported type prefixes: Binary, Number, String.",
                        name));
    message.attributes = json::print(*attributes);
  }
  if (auto const delay = member_int(request, "DelaySeconds")) {
    if (*delay < 0 || *delay > 900)
      return refuse(
          "InvalidParameterValue",
          fmt::format("Value {} for parameter DelaySeconds is invalid. Reason: DelaySeconds "
                      "must be >= 0 and <= 900.",
                      *delay));
    message.delay_seconds = *delay;
  }
  return send(queue, message);
}

void Sqs::drop_old(std::string_view queue, Attributes const& attributes) {
  database_.run("delete from messages where queue=? and sent<=?", queue,
                scope_.now() - number_of(attributes, "MessageRetentionPeriod") * 1'000);
}

// What was received too often goes to the queue that the redrive policy names.
void Sqs::move_dead(std::string_view queue, Attributes const& attributes) {
  auto const policy = attributes.find("RedrivePolicy");
  if (policy == attributes.end()) return;
  json::Arena arena;
  auto const parsed = json::parse(arena, policy->second);
  if (!parsed) return;
  auto const count = member_int(*parsed, "maxReceiveCount");
  std::string const target(queue_of_arn(member_text(*parsed, "deadLetterTargetArn")));
  if (!count || !has_queue(target)) return;
  auto const moved = database_.run(
      "update messages set queue=?, receives=0, first_received=0, receipt='' where queue=? and "
      "visible_at<=? and receives>=?",
      target, queue, scope_.now(), *count);
  if (moved > 0 && target != queue)
    worker_.run_at(Worker::Time::min(), [this, target] { wake(target); });
}

auto Sqs::take(std::string_view queue, json::Value request) -> std::string {
  auto const attributes = load(queue);
  drop_old(queue, attributes);
  move_dead(queue, attributes);
  auto const now = scope_.now();
  auto const visible_at =
      now +
      1'000 * std::clamp<std::int64_t>(member_int(request, "VisibilityTimeout")
                                           .value_or(number_of(attributes, "VisibilityTimeout")),
                                       0, 43'200);
  auto const max = member_int(request, "MaxNumberOfMessages").value_or(1);
  std::string out = "[";
  // In a FIFO queue nothing overtakes what another receiver holds of its group.
  constexpr std::string_view kPlain =
      "select seq,id,body,body_md5,attributes,attributes_md5,group_id,dedup,sent,receives,"
      "first_received from messages where queue=? and visible_at<=? order by visible_at, seq limit "
      "?";
  constexpr std::string_view kFifo =
      "select seq,id,body,body_md5,attributes,attributes_md5,group_id,dedup,sent,receives,"
      "first_received from messages m where queue=? and visible_at<=? and not exists(select 1 from "
      "messages h where h.queue=m.queue and h.group_id=m.group_id and h.visible_at>?2 and "
      "h.receives>0) order by seq limit ?3";
  bool const is_fifo = queue.ends_with(".fifo");
  std::vector<std::pair<std::int64_t, std::string>> receipts;
  auto rows = database_.query(is_fifo ? kFifo : kPlain, queue, now, max);
  while (rows.next()) {
    auto const seq = rows.integer(0);
    receipts.emplace_back(seq, fmt::format("{}/{}", seq, scope_.uuid()));
    Object message;
    message.text("MessageId", rows.text(1)).text("ReceiptHandle", receipts.back().second);
    message.text("MD5OfBody", rows.text(3)).text("Body", rows.text(2));
    std::vector<std::pair<std::string_view, std::string>> system = {
        {"SenderId", scope_.account},
        {"SentTimestamp", rows.string(8)},
        {"ApproximateReceiveCount", std::to_string(rows.integer(9) + 1)},
        {"ApproximateFirstReceiveTimestamp",
         std::to_string(rows.integer(10) == 0 ? now : rows.integer(10))}};
    if (!rows.text(6).empty()) system.emplace_back("MessageGroupId", rows.string(6));
    if (is_fifo) system.emplace_back("MessageDeduplicationId", rows.string(7));
    if (is_fifo) system.emplace_back("SequenceNumber", sequence(seq));
    Object shown;
    for (auto const& [name, value] : system)
      if (wants(request, "AttributeNames", name) ||
          wants(request, "MessageSystemAttributeNames", name))
        shown.text(name, value);
    if (shown.str() != "{}") message.raw("Attributes", shown.str());
    json::Arena arena;
    auto const all = json::parse(arena, rows.text(4));
    if (all && all->is_object())
      if (auto const kept = wanted_attributes(request, *all, arena); kept.size() > 0) {
        message.raw("MessageAttributes", json::print(kept));
        message.text("MD5OfMessageAttributes", md5_of_attributes(kept));
      }
    append_element(out, message.str());
  }
  for (auto const& [seq, receipt] : receipts)
    database_.run(
        "update messages set visible_at=?, receives=receives+1, receipt=?, "
        "first_received=case first_received when 0 then ? else first_received end where seq=?",
        visible_at, receipt, now, seq);
  return out + "]";
}

auto Sqs::delete_one(std::string_view queue, json::Value request) -> Answer {
  auto const handle = member_text(request, "ReceiptHandle");
  auto const seq = parse_int(handle.substr(0, handle.find('/')));
  if (!seq || !handle.contains('/'))
    return refuse(
        "ReceiptHandleIsInvalid",
        fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.", handle));
  database_.run("delete from messages where seq=? and queue=? and receipt=?", *seq, queue, handle);
  if (waiting_.contains(queue))  // the next of its group
    worker_.run_at(Worker::Time::min(), [this, name = std::string(queue)] { wake(name); });
  return "{}";
}

auto Sqs::change_one(std::string_view queue, json::Value request) -> Answer {
  auto const handle = member_text(request, "ReceiptHandle");
  auto const seq = parse_int(handle.substr(0, handle.find('/')));
  auto const seconds = member_int(request, "VisibilityTimeout").value_or(-1);
  if (!seq || !handle.contains('/'))
    return refuse(
        "ReceiptHandleIsInvalid",
        fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.", handle));
  if (seconds < 0 || seconds > 43'200)
    return refuse(
        "InvalidParameterValue",
        fmt::format("Value {} for parameter VisibilityTimeout is invalid. Reason: Must be "
                    "between 0 and 43200.",
                    seconds));
  auto const now = scope_.now();
  auto const changed = database_.run(
      "update messages set visible_at=? where seq=? and queue=? and receipt=? and visible_at>?",
      now + seconds * 1'000, *seq, queue, handle, now);
  if (changed == 0)
    return refuse(
        "MessageNotInflight",
        fmt::format("Value {} for parameter ReceiptHandle is invalid. Reason: Message does "
                    "not exist or is not available for visibility timeout change.",
                    handle));
  if (waiting_.contains(queue))
    worker_.run_at(Worker::Time::min(), [this, name = std::string(queue)] { wake(name); });
  return "{}";
}

}  // namespace treadle::targets
