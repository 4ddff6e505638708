#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/targets/event_pattern.h"
#include "treadle/targets/events.h"

namespace treadle::targets {
namespace {

auto is_name(std::string_view name, std::size_t max) -> bool {
  return !name.empty() && name.size() <= max && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./").contains(c);
  });
}

auto bus_of(json::Value request) -> std::string {
  auto const text = member_text(request, "EventBusName");
  return text.empty() ? "default" : std::string(text.substr(text.rfind('/') + 1));
}

auto is_target(std::string_view arn) -> bool {
  constexpr std::string_view kBeginnings[] = {
      "arn:aws:sqs:", "arn:aws:sns:", "arn:aws:states:", "arn:aws:lambda:", "http://", "https://"};
  return std::ranges::any_of(kBeginnings, [&](auto one) { return arn.starts_with(one); });
}

auto no_rule(std::string_view name, std::string_view bus) -> std::unexpected<Problem> {
  return refuse("ResourceNotFoundException",
                fmt::format("Rule {} does not exist on EventBus {}.", name, bus));
}

}  // namespace

auto Events::has_bus(std::string_view bus) -> bool {
  return bus == "default" || database_.query("select 1 from buses where name=?", bus).next();
}

auto Events::has_rule(std::string_view bus, std::string_view name) -> bool {
  return database_.query("select 1 from rules where bus=? and name=?", bus, name).next();
}

auto Events::bus_arn(std::string_view bus) const -> std::string {
  return fmt::format("arn:aws:events:{}:{}:event-bus/{}", scope_.region, scope_.account, bus);
}

auto Events::rule_arn(std::string_view bus, std::string_view name) const -> std::string {
  return bus == "default"
             ? fmt::format("arn:aws:events:{}:{}:rule/{}", scope_.region, scope_.account, name)
             : fmt::format("arn:aws:events:{}:{}:rule/{}/{}", scope_.region, scope_.account, bus,
                           name);
}

auto Events::make(std::vector<std::string> const& buses, std::vector<RuleSetup> const& rules)
    -> Result<void, std::string> {
  for (auto const& bus : buses)
    database_.run("insert or ignore into buses values(?,?)", bus, scope_.now());
  database_.run(
      "delete from rule_targets where (bus,rule) in (select bus,name from rules where "
      "origin='setup')");
  database_.run("delete from rules where origin='setup'");
  for (auto const& rule : rules) {
    if (!has_bus(rule.bus)) database_.run("insert into buses values(?,?)", rule.bus, scope_.now());
    auto const text = Object()
                          .text("Name", rule.name)
                          .text("EventBusName", rule.bus)
                          .text("EventPattern", rule.pattern)
                          .str();
    std::string targets = "[";
    for (auto const& target : rule.targets) {
      Object one;
      one.text("Id", std::to_string(&target - rule.targets.data() + 1)).text("Arn", target.arn);
      if (!target.input.empty()) one.text("Input", target.input);
      if (!target.input_path.empty()) one.text("InputPath", target.input_path);
      if (!target.input_transformer.empty()) one.raw("InputTransformer", target.input_transformer);
      append_element(targets, one.str());
    }
    auto const request = Object()
                             .text("Rule", rule.name)
                             .text("EventBusName", rule.bus)
                             .raw("Targets", targets + "]")
                             .str();
    json::Arena arena;
    auto const parsed_rule = json::parse(arena, text);
    auto const parsed_targets = json::parse(arena, request);
    if (!parsed_rule || !parsed_targets)
      return std::unexpected(fmt::format("rule {}: its texts are no JSON", rule.name));
    if (auto const made = put_rule(*parsed_rule, "setup"); !made)
      return std::unexpected(fmt::format("rule {}: {}", rule.name, made.error().message));
    if (rule.targets.empty()) continue;
    if (auto const made = put_targets(*parsed_targets); !made)
      return std::unexpected(fmt::format("rule {}: {}", rule.name, made.error().message));
    else if (!made->starts_with("{\"FailedEntryCount\":0"))
      return std::unexpected(
          fmt::format("rule {}: expected a target that is the ARN of a state machine, "
                      "function, queue or topic, or a URL",
                      rule.name));
  }
  return {};
}

auto Events::put_rule(json::Value request, std::string_view origin) -> Answer {
  auto const bus = bus_of(request);
  auto const name = member_text(request, "Name");
  auto const pattern = member_text(request, "EventPattern");
  if (!is_name(name, 64))
    return refuse("ValidationException",
                  "1 validation error detected: Value at 'name' failed to satisfy "
                  "constraint: Member must satisfy regular expression pattern: "
                  "[\\.\\-_A-Za-z0-9]+");
  // DIFFERS: AWS has schedules.
  if (!member_text(request, "ScheduleExpression").empty())
    return refuse("ValidationException", "Schedules are not served here.");
  if (pattern.empty())
    return refuse("ValidationException",
                  "Parameter(s) EventPattern or ScheduleExpression must be specified.");
  json::Arena arena;
  auto const parsed = json::parse(arena, pattern);
  auto const problem =
      parsed ? check_pattern(*parsed) : std::optional<std::string>(parsed.error().to_string());
  if (problem)
    return refuse("InvalidEventPatternException",
                  "Event pattern is not valid. Reason: " + *problem);
  auto const state = member_text(request, "State");
  database_.run("insert or replace into rules values(?,?,?,?,?,?)", bus, name, pattern,
                state == "DISABLED" ? "DISABLED" : "ENABLED", member_text(request, "Description"),
                origin);
  return Object().text("RuleArn", rule_arn(bus, name)).str();
}

auto Events::describe_rule(json::Value request) -> Answer {
  auto const bus = bus_of(request);
  auto const name = member_text(request, "Name");
  auto rows = database_.query("select pattern,state,description from rules where bus=? and name=?",
                              bus, name);
  if (!rows.next()) return no_rule(name, bus);
  Object out;
  out.text("Name", name).text("Arn", rule_arn(bus, name)).text("EventBusName", bus);
  out.text("EventPattern", rows.text(0)).text("State", rows.text(1));
  if (!rows.text(2).empty()) out.text("Description", rows.text(2));
  return out.str();
}

auto Events::delete_rule(json::Value request) -> Answer {
  auto const bus = bus_of(request);
  auto const name = member_text(request, "Name");
  if (database_.query("select 1 from rule_targets where bus=? and rule=?", bus, name).next())
    return refuse("ValidationException", "Rule can't be deleted since it has targets.");
  database_.run("delete from rules where bus=? and name=?", bus, name);
  return "{}";
}

auto Events::list_rules(json::Value request) -> Answer {
  auto const bus = bus_of(request);
  auto const prefix = member_text(request, "NamePrefix");
  auto rows =
      database_.query("select name,pattern,state from rules where bus=? order by name", bus);
  std::string out = "[";
  while (rows.next())
    if (rows.text(0).starts_with(prefix))
      append_element(out, Object()
                              .text("Name", rows.text(0))
                              .text("Arn", rule_arn(bus, rows.text(0)))
                              .text("EventPattern", rows.text(1))
                              .text("State", rows.text(2))
                              .text("EventBusName", bus)
                              .str());
  return Object().raw("Rules", out + "]").str();
}

auto Events::set_state(json::Value request, std::string_view state) -> Answer {
  auto const bus = bus_of(request);
  auto const name = member_text(request, "Name");
  if (database_.run("update rules set state=? where bus=? and name=?", state, bus, name) == 0)
    return no_rule(name, bus);
  return "{}";
}

auto Events::put_targets(json::Value request) -> Answer {
  auto const bus = bus_of(request);
  auto const rule = member_text(request, "Rule");
  if (!has_rule(bus, rule)) return no_rule(rule, bus);
  auto const* const targets = request.find("Targets");
  if (targets == nullptr || !targets->is_array() || targets->size() == 0)
    return refuse("ValidationException",
                  "1 validation error detected: Value at 'targets' failed to "
                  "satisfy constraint: Member must not be null");
  std::string failures = "[";
  std::int64_t count = 0;
  for (auto const& target : targets->elements()) {
    auto const id = member_text(target, "Id");
    auto const arn = member_text(target, "Arn");
    if (id.empty() || !is_target(arn)) {
      ++count;
      append_element(failures,
                     Object()
                         .text("TargetId", id)
                         .text("ErrorCode", "ValidationException")
                         .text("ErrorMessage",
                               fmt::format("Parameter {} is not valid. Reason: Provided Arn is "
                                           "not in correct format.",
                                           arn))
                         .str());
      continue;
    }
    database_.run("insert or replace into rule_targets values(?,?,?,?)", bus, rule, id,
                  json::print(target));
  }
  return Object().number("FailedEntryCount", count).raw("FailedEntries", failures + "]").str();
}

auto Events::remove_targets(json::Value request) -> Answer {
  auto const bus = bus_of(request);
  auto const rule = member_text(request, "Rule");
  if (!has_rule(bus, rule)) return no_rule(rule, bus);
  if (auto const* const ids = request.find("Ids"); ids != nullptr && ids->is_array())
    for (auto const& id : ids->elements())
      if (id.is_string())
        database_.run("delete from rule_targets where bus=? and rule=? and id=?", bus, rule,
                      id.as_string());
  return R"({"FailedEntryCount":0,"FailedEntries":[]})";
}

auto Events::list_targets(json::Value request) -> Answer {
  auto const bus = bus_of(request);
  auto const rule = member_text(request, "Rule");
  if (!has_rule(bus, rule)) return no_rule(rule, bus);
  auto rows = database_.query("select target from rule_targets where bus=? and rule=? order by id",
                              bus, rule);
  std::string out = "[";
  while (rows.next()) append_element(out, rows.text(0));
  return Object().raw("Targets", out + "]").str();
}

auto Events::create_bus(json::Value request) -> Answer {
  auto const name = member_text(request, "Name");
  if (!is_name(name, 256))
    return refuse("ValidationException",
                  "1 validation error detected: Value at 'name' failed to satisfy "
                  "constraint: Member must satisfy regular expression pattern: "
                  "[/\\.\\-_A-Za-z0-9]+");
  if (has_bus(name))
    return refuse("ResourceAlreadyExistsException",
                  fmt::format("Event bus {} already exists.", name));
  database_.run("insert into buses values(?,?)", name, scope_.now());
  return Object().text("EventBusArn", bus_arn(name)).str();
}

auto Events::delete_bus(json::Value request) -> Answer {
  auto const name = member_text(request, "Name");
  if (name == "default") return refuse("ValidationException", "Cannot delete event bus default.");
  database_.run("delete from rule_targets where bus=?", name);
  database_.run("delete from rules where bus=?", name);
  database_.run("delete from buses where name=?", name);
  return "{}";
}

auto Events::list_buses(json::Value request) -> Answer {
  auto const prefix = member_text(request, "NamePrefix");
  auto rows = database_.query(
      "select name from (select 'default' as name union select name from buses) "
      "order by name");
  std::string out = "[";
  while (rows.next())
    if (rows.text(0).starts_with(prefix))
      append_element(out,
                     Object().text("Name", rows.text(0)).text("Arn", bus_arn(rows.text(0))).str());
  return Object().raw("EventBuses", out + "]").str();
}

}  // namespace treadle::targets
