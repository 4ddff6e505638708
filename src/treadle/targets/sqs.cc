#include "treadle/targets/sqs.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::targets {

char const* const kSqsSchema = R"(
create table if not exists queues(name text primary key, created integer not null,
  modified integer not null) without rowid;
create table if not exists queue_attributes(queue text not null, name text not null,
  value text not null, primary key(queue, name)) without rowid;
create table if not exists messages(seq integer primary key autoincrement, queue text not null,
  id text not null, body text not null, body_md5 text not null, attributes text not null,
  attributes_md5 text not null, group_id text not null, dedup text not null,
  sent integer not null, visible_at integer not null, receives integer not null,
  first_received integer not null, receipt text not null);
create index if not exists messages_by_time on messages(queue, visible_at);
create index if not exists messages_by_group on messages(queue, group_id, visible_at);
create table if not exists dedups(owner text not null, dedup text not null, id text not null,
  seq integer not null, expires integer not null, primary key(owner, dedup)) without rowid;
)";

namespace {

constexpr std::size_t kWaitingMax = 1'000;  // receives that wait, of all queues
constexpr std::string_view kTargetPrefix = "AmazonSQS.";
constexpr std::string_view kNamespace = "http://queue.amazonaws.com/doc/2012-11-05/";

// What the query protocol calls the errors of the JSON protocol.
auto query_code(std::string_view code) -> std::string_view {
  if (code == "QueueDoesNotExist") return "AWS.SimpleQueueService.NonExistentQueue";
  if (code == "QueueNameExists") return "QueueAlreadyExists";
  if (code == "EmptyBatchRequest") return "AWS.SimpleQueueService.EmptyBatchRequest";
  if (code == "TooManyEntriesInBatchRequest")
    return "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
  if (code == "BatchEntryIdsNotDistinct") return "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
  return code;
}

}  // namespace

struct Sqs::Exchange {
  net::Request http;
  net::Responder responder;
  json::Arena arena;
  std::string text;  // that `call.request` points into
  Call call;
};

void Sqs::handle(net::Request&& request, net::Responder responder) {
  auto exchange = std::make_shared<Exchange>(std::move(request), std::move(responder));
  auto& call = exchange->call;
  call.host = exchange->http.headers.find("host").value_or("localhost");
  call.id = exchange->http.id.view();
  auto const target = exchange->http.headers.find("x-amz-target").value_or("");
  call.is_query = !target.starts_with(kTargetPrefix);
  if (!worker_.post([this, exchange] { run(exchange); }))
    exchange->responder.send(
        response_of(call, refuse("RequestThrottled", "Too many requests wait.", 503)));
}

void Sqs::run(std::shared_ptr<Exchange> const& exchange) {
  auto& call = exchange->call;
  if (call.is_query) {
    auto form = parse_form(exchange->http.body);
    for (auto& [key, value] : parse_form(exchange->http.target.substr(
             std::min(exchange->http.target.find('?') + 1, exchange->http.target.size()))))
      form.emplace(key, value);
    // The path of a queue stands for its URL.
    if (exchange->http.target.starts_with('/' + scope_.account + '/'))
      form.emplace("QueueUrl", exchange->http.target.substr(0, exchange->http.target.find('?')));
    call.operation = find(form, "Action");
    exchange->text = sqs_request_of_form(form);
  } else {
    call.operation =
        exchange->http.headers.find("x-amz-target").value_or("").substr(kTargetPrefix.size());
    exchange->text = exchange->http.body.empty() ? "{}" : std::move(exchange->http.body);
  }
  auto const parsed = json::parse(exchange->arena, exchange->text, {.depth_max = 20});
  if (!parsed || !parsed->is_object())
    return answer(*exchange, refuse("SerializationException", "The request is no JSON object."));
  call.request = *parsed;
  if (call.operation != "ReceiveMessage") return answer(*exchange, dispatch(call));
  receive(exchange);
}

void Sqs::answer(Exchange& exchange, Answer const& given) {
  worker_.answer(std::move(exchange.responder), response_of(exchange.call, given));
}

auto Sqs::response_of(Call const& call, Answer const& given) -> net::Response {
  net::Response response;
  if (!call.is_query) {
    response = json_response(given, "application/x-amz-json-1.0");
    if (!given && query_code(given.error().code) != given.error().code)
      response.headers.add("x-amzn-query-error",
                           fmt::format("{};Sender", query_code(given.error().code)));
  } else if (given) {
    json::Arena arena;
    auto const value = json::parse(arena, *given);
    response = query_response(value ? sqs_xml(call.operation, *value) : "", call.operation,
                              kNamespace, call.id);
  } else {
    auto problem = given.error();
    problem.code = query_code(problem.code);
    response = query_response(std::unexpected(problem), call.operation, kNamespace, call.id);
  }
  return response;
}

void Sqs::receive(std::shared_ptr<Exchange> const& exchange) {
  auto const& request = exchange->call.request;
  auto const queue = queue_of(request);
  if (!queue) return answer(*exchange, std::unexpected(queue.error()));
  auto const max = member_int(request, "MaxNumberOfMessages").value_or(1);
  if (max < 1 || max > 10)
    return answer(*exchange, refuse("InvalidParameterValue",
                                    fmt::format("Value {} for parameter MaxNumberOfMessages is "
                                                "invalid. Reason: Must be between 1 and 10, if "
                                                "provided.",
                                                max)));
  auto const attributes = load(*queue);
  auto const of_queue = attributes.find("ReceiveMessageWaitTimeSeconds");
  auto const seconds =
      member_int(request, "WaitTimeSeconds")
          .value_or(of_queue == attributes.end() ? 0 : parse_int(of_queue->second).value_or(0));
  if (seconds < 0 || seconds > 20)
    return answer(*exchange,
                  refuse("InvalidParameterValue",
                         fmt::format("Value {} for parameter WaitTimeSeconds is invalid. "
                                     "Reason: Must be >= 0 and <= 20, if provided.",
                                     seconds)));
  if (exchange->responder.client_is_gone())
    return;  // its messages would be lost until they time out
  auto messages = take(*queue, request);
  if (messages != "[]") return answer(*exchange, Object().raw("Messages", messages).str());
  if (seconds == 0 || is_released_ || waiting_count_ >= kWaitingMax) return answer(*exchange, "{}");
  waiting_[*queue].all.push_back(
      {exchange, std::chrono::steady_clock::now() + std::chrono::seconds(seconds)});
  ++waiting_count_;
  arm(*queue);
}

// One timer for all that wait at the queue: for the end of the first wait, or for the next message
// that becomes visible.
void Sqs::arm(std::string const& queue) {
  auto& waiters = waiting_[queue];
  auto const now = std::chrono::steady_clock::now();
  auto due = Worker::Time::max();
  for (auto const& one : waiters.all) due = std::min(due, one.until);
  auto rows = database_.query("select min(visible_at) from messages where queue=? and visible_at>?",
                              queue, scope_.now());
  if (rows.next() && rows.integer(0) > 0)
    due = std::min(due, now + std::chrono::milliseconds(rows.integer(0) - scope_.now()));
  if (due >= waiters.armed) return;
  waiters.armed = due;
  worker_.run_at(due, [this, queue, due] {
    if (auto const found = waiting_.find(queue);
        found != waiting_.end() && found->second.armed == due) {
      found->second.armed = Worker::Time::max();
      wake(queue);
    }
  });
}

// Serves those that wait, the oldest first, for as long as there are messages.
void Sqs::wake(std::string const& queue) {
  auto const found = waiting_.find(queue);
  if (found == waiting_.end()) return;
  auto const now = std::chrono::steady_clock::now();
  auto& all = found->second.all;
  auto const is_there = has_queue(queue);
  auto may_have_more = is_there;
  for (auto one = all.begin(); one != all.end();) {
    auto& exchange = *one->exchange;
    if (!exchange.responder.client_is_gone()) {
      auto const messages = may_have_more ? take(queue, exchange.call.request) : "[]";
      may_have_more = messages != "[]";
      if (may_have_more) {
        answer(exchange, Object().raw("Messages", messages).str());
      } else if (!is_there) {
        answer(exchange, refuse("QueueDoesNotExist", "The specified queue does not exist."));
      } else if (is_released_ || now >= one->until) {
        answer(exchange, "{}");
      } else {
        ++one;
        continue;
      }
    }
    one = all.erase(one);
    --waiting_count_;
  }
  if (all.empty()) {
    waiting_.erase(found);
  } else {
    arm(queue);
  }
}

void Sqs::release_waiters() {
  worker_.post_own([this] {
    is_released_ = true;
    std::vector<std::string> queues;
    for (auto const& [queue, waiters] : waiting_) queues.push_back(queue);
    for (auto const& queue : queues) wake(queue);
  });
}

auto Sqs::dispatch(Call const& call) -> Answer {
  auto const& op = call.operation;
  if (op == "CreateQueue") return create_queue(call);
  if (op == "ListQueues") return list_queues(call);
  if (op == "GetQueueUrl") {
    auto const name = member_text(call.request, "QueueName");
    if (!has_queue(name)) return refuse("QueueDoesNotExist", "The specified queue does not exist.");
    return Object().text("QueueUrl", url(call, name)).str();
  }
  auto const queue = TRY(queue_of(call.request));
  if (op == "SendMessage") return send_one(queue, call.request);
  if (op == "DeleteMessage") return delete_one(queue, call.request);
  if (op == "ChangeMessageVisibility") return change_one(queue, call.request);
  if (op == "SendMessageBatch" || op == "DeleteMessageBatch" ||
      op == "ChangeMessageVisibilityBatch")
    return batch(queue, call);
  if (op == "GetQueueAttributes") return get_attributes(queue, call);
  if (op == "SetQueueAttributes") {
    auto const* const attributes = call.request.find("Attributes");
    return set_attributes(queue, attributes == nullptr ? json::Value() : *attributes);
  }
  if (op == "PurgeQueue" || op == "DeleteQueue") {
    database_.run("delete from messages where queue=?", queue);
    if (op == "PurgeQueue") return "{}";
    database_.run("delete from queue_attributes where queue=?", queue);
    database_.run("delete from dedups where owner=?", queue);
    database_.run("delete from queues where name=?", queue);
    wake(queue);
    return "{}";
  }
  if (op == "ListQueueTags") return "{}";
  return refuse("InvalidAction", fmt::format("The action {} is not valid for this endpoint.", op));
}

auto Sqs::batch(std::string_view queue, Call const& call) -> Answer {
  auto const* const entries = call.request.find("Entries");
  if (entries == nullptr || !entries->is_array() || entries->size() == 0)
    return refuse("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries->size() > 10)
    return refuse("TooManyEntriesInBatchRequest",
                  "Maximum number of entries per request are 10. You have sent " +
                      std::to_string(entries->size()) + ".");
  std::vector<std::string_view> ids;
  for (auto const& entry : entries->elements()) {
    auto const id = member_text(entry, "Id");
    if (std::ranges::find(ids, id) != ids.end())
      return refuse("BatchEntryIdsNotDistinct", fmt::format("Id {} repeated.", id));
    ids.push_back(id);
  }
  std::string good = "[", bad = "[";
  for (auto const& entry : entries->elements()) {
    auto const id = member_text(entry, "Id");
    auto const result = call.operation == "SendMessageBatch"     ? send_one(queue, entry)
                        : call.operation == "DeleteMessageBatch" ? delete_one(queue, entry)
                                                                 : change_one(queue, entry);
    if (result) {
      auto const members = result->substr(1);
      append_element(good, fmt::format("{{\"Id\":{}{}{}", json::print_string(id),
                                       members == "}" ? "" : ",", members));
    } else {
      append_element(bad, Object()
                              .text("Id", id)
                              .text("Code", result.error().code)
                              .text("Message", result.error().message)
                              .raw("SenderFault", "true")
                              .str());
    }
  }
  Object out;
  out.raw("Successful", good + "]");
  if (bad != "[") out.raw("Failed", bad + "]");
  return out.str();
}

}  // namespace treadle::targets
