#include "treadle/targets/events.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/time.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/targets/event_input.h"
#include "treadle/targets/event_pattern.h"
#include "treadle/targets/json_service.h"

namespace treadle::targets {

char const* const kEventsSchema = R"(
create table if not exists buses(name text primary key, created integer not null) without rowid;
create table if not exists rules(bus text not null, name text not null, pattern text not null,
  state text not null, description text not null, origin text not null, primary key(bus, name))
  without rowid;
create table if not exists rule_targets(bus text not null, rule text not null, id text not null,
  target text not null, primary key(bus, rule, id)) without rowid;
create table if not exists events(seq integer primary key autoincrement, id text not null,
  time integer not null, bus text not null, source text not null, detail_type text not null,
  event text not null);
)";

namespace {

constexpr std::string_view kTargetPrefix = "AWSEvents.";
constexpr std::string_view kType = "application/x-amz-json-1.1";
constexpr std::size_t kEntriesMax = 10;
constexpr std::size_t kEntryBytesMax = 262'144;

auto failed(std::string_view code, std::string_view message) -> std::string {
  return Object().text("ErrorCode", code).text("ErrorMessage", message).str();
}

// Whole seconds, as events show their time.
auto event_time(std::int64_t milliseconds) -> std::string {
  auto const full = to_iso8601(Timestamp(Milliseconds(milliseconds)));
  return full.substr(0, 19) + "Z";
}

auto time_of(json::Value entry) -> std::optional<std::int64_t> {
  auto const* const time = entry.find("Time");
  if (time == nullptr) return std::nullopt;
  if (time->is_number()) return static_cast<std::int64_t>(time->as_double() * 1000.0);
  if (!time->is_string()) return std::nullopt;
  auto const parsed = parse_rfc3339(time->as_string());
  if (!parsed) return std::nullopt;
  return parsed->time_since_epoch().count();
}

auto bus_name(std::string_view name_or_arn) -> std::string {
  if (name_or_arn.empty()) return "default";
  return std::string(name_or_arn.substr(name_or_arn.rfind('/') + 1));
}

}  // namespace

void Events::handle(net::Request&& request, net::Responder responder) {
  serve_json(worker_, {.target_prefix = kTargetPrefix, .content_type = kType}, std::move(request),
             std::move(responder),
             [this](std::string_view operation, json::Value body, net::Request const&) {
               return json_response(dispatch(operation, body), kType);
             });
}

void Events::handle_log(net::Request&& request, net::Responder responder) {
  auto const mark = std::min(request.target.find('?'), request.target.size() - 1);
  auto const limit = std::clamp<std::int64_t>(
      parse_int(find(parse_form(request.target.substr(mark + 1)), "limit")).value_or(100), 1,
      1'000);
  auto const held = std::make_shared<net::Responder>(std::move(responder));
  bool const is_taken = worker_.post([this, held, limit] {
    auto rows = database_.query("select event,bus from events order by seq desc limit ?", limit);
    std::string out = "[";
    while (rows.next())
      append_element(out, Object().text("eventBus", rows.text(1)).raw("event", rows.text(0)).str());
    worker_.answer(std::move(*held),
                   json_response(Object().raw("events", out + "]").str(), "application/json"));
  });
  if (!is_taken)
    held->send(json_response(refuse("ThrottlingException", "Too many requests wait.", 503), kType));
}

auto Events::dispatch(std::string_view op, json::Value request) -> Answer {
  if (op == "PutEvents") return put_events(request);
  if (op == "CreateEventBus") return create_bus(request);
  if (op == "DeleteEventBus") return delete_bus(request);
  if (op == "ListEventBuses") return list_buses(request);
  if (op == "DescribeEventBus") {
    auto const bus = bus_name(member_text(request, "Name"));
    if (!has_bus(bus))
      return refuse("ResourceNotFoundException", fmt::format("Event bus {} does not exist.", bus));
    return Object().text("Name", bus).text("Arn", bus_arn(bus)).str();
  }
  auto const bus = bus_name(member_text(request, "EventBusName"));
  if (!has_bus(bus))
    return refuse("ResourceNotFoundException", fmt::format("Event bus {} does not exist.", bus));
  if (op == "PutRule") return put_rule(request, "api");
  if (op == "DescribeRule") return describe_rule(request);
  if (op == "DeleteRule") return delete_rule(request);
  if (op == "ListRules") return list_rules(request);
  if (op == "EnableRule") return set_state(request, "ENABLED");
  if (op == "DisableRule") return set_state(request, "DISABLED");
  if (op == "PutTargets") return put_targets(request);
  if (op == "RemoveTargets") return remove_targets(request);
  if (op == "ListTargetsByRule") return list_targets(request);
  if (op == "ListTagsForResource") return R"({"Tags":[]})";
  return refuse("UnknownOperationException", fmt::format("{} is not served here.", op));
}

auto Events::put_events(json::Value request) -> Answer {
  auto const* const entries = request.find("Entries");
  if (entries == nullptr || !entries->is_array() || entries->size() == 0 ||
      entries->size() > kEntriesMax)
    return refuse("ValidationException",
                  "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                  "Member must have length between 1 and 10");
  std::string out = "[";
  std::int64_t failures = 0;
  for (auto const& entry : entries->elements()) {
    auto const result = put_event(entry);
    if (result.starts_with("{\"ErrorCode\"")) ++failures;
    append_element(out, result);
  }
  return Object().number("FailedEntryCount", failures).raw("Entries", out + "]").str();
}

auto Events::put_event(json::Value entry) -> std::string {
  auto const source = member_text(entry, "Source");
  auto const type = member_text(entry, "DetailType");
  auto const detail = member_text(entry, "Detail");
  if (source.empty())
    return failed("InvalidArgument",
                  "Parameter Source is not valid. Reason: Source is a required argument.");
  if (type.empty())
    return failed("InvalidArgument",
                  "Parameter DetailType is not valid. Reason: DetailType is a required argument.");
  if (entry.find("Detail") == nullptr)
    return failed("InvalidArgument",
                  "Parameter Detail is not valid. Reason: Detail is a required argument.");
  json::Arena arena;
  auto const parsed = json::parse(arena, detail, {.depth_max = 100});
  if (!parsed || !parsed->is_object()) return failed("MalformedDetail", "Detail is malformed.");
  if (detail.size() + source.size() + type.size() > kEntryBytesMax)
    return failed("InvalidArgument", "Total size of the entry must be at most 262144 bytes.");
  auto const bus = bus_name(member_text(entry, "EventBusName"));
  auto const id = scope_.uuid();
  if (!has_bus(bus)) return Object().text("EventId", id).str();  // as AWS does: accepted and lost
  std::string resources = "[";
  if (auto const* const given = entry.find("Resources"); given != nullptr && given->is_array())
    for (auto const& one : given->elements())
      if (one.is_string()) append_element(resources, json::print(one));
  auto const time = time_of(entry).value_or(scope_.now());
  auto const event = Object()
                         .text("version", "0")
                         .text("id", id)
                         .text("detail-type", type)
                         .text("source", source)
                         .text("account", scope_.account)
                         .text("time", event_time(time))
                         .text("region", scope_.region)
                         .raw("resources", resources + "]")
                         .raw("detail", json::print(*parsed))
                         .str();
  database_.run("insert into events(id,time,bus,source,detail_type,event) values(?,?,?,?,?,?)", id,
                time, bus, source, type, event);
  database_.run("delete from events where seq<=?", database_.last_row() - events_max_);
  route(bus, event);
  return Object().text("EventId", id).str();
}

void Events::route(std::string_view bus, std::string const& text) {
  auto rules =
      database_.query("select name,pattern from rules where bus=? and state='ENABLED'", bus);
  if (!rules.next()) return;
  json::Arena arena;
  auto const event = json::parse(arena, text, {.depth_max = 110});
  if (!event) return;
  std::vector<std::string> targets;
  do {
    json::Arena scratch;
    auto const pattern = json::parse(scratch, rules.text(1));
    if (!pattern || !matches_pattern(*pattern, *event)) continue;
    auto rows = database_.query("select target from rule_targets where bus=? and rule=?", bus,
                                rules.text(0));
    while (rows.next()) targets.push_back(rows.string(0));
  } while (rules.next());
  for (auto const& one : targets)
    if (auto const target = json::parse(arena, one))
      send_to(*target, *event, text, member_text(*event, "id"));
}

void Events::send_to(json::Value target, json::Value event, std::string const& text,
                     std::string_view event_id) {
  auto const arn = member_text(target, "Arn");
  auto payload = target_input(target, event, text);
  if (arn.starts_with("arn:aws:sqs:")) {
    auto const* const parameters = target.find("SqsParameters");
    Outgoing out{.body = std::move(payload)};
    if (parameters != nullptr) out.group = member_text(*parameters, "MessageGroupId");
    if (!out.group.empty()) out.dedup = event_id;
    (void)parts_.sqs.send(parts_.sqs.queue_of_arn(arn), out);
    return;
  }
  if (arn.starts_with("arn:aws:sns:")) {
    (void)parts_.sns.publish(arn, {.text = std::move(payload)});
    return;
  }
  Delivery delivery{.target = std::string(arn), .payload = std::move(payload), .id = {}};
  // The name of an execution: another one for each target, also where two rules name one machine.
  delivery.id = fmt::format("{}_{}", event_id, scope_.uuid());
  if (arn.starts_with("arn:aws:states:"))
    delivery.kind = Delivery::Kind::kStateMachine;
  else if (arn.starts_with("arn:aws:lambda:"))
    delivery.kind = Delivery::Kind::kFunction;
  else  // DIFFERS: a URL; AWS has API destinations
    delivery.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  std::string_view dead_letters;
  if (auto const* const config = target.find("DeadLetterConfig"); config != nullptr)
    dead_letters = member_text(*config, "Arn");
  parts_.deliveries.add(delivery, dead_letters);
}

}  // namespace treadle::targets
