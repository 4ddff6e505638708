// EventBridge: buses, rules, targets, and the log of events. Source: Amazon EventBridge API reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/json/value.h"
#include "treadle/net/http_server.h"
#include "treadle/targets/deliveries.h"
#include "treadle/targets/message.h"
#include "treadle/targets/sns.h"
#include "treadle/targets/sqs.h"
#include "treadle/targets/targets.h"
#include "treadle/targets/worker.h"

namespace treadle::targets {

extern char const* const kEventsSchema;

class Events {
 public:
  struct Parts {
    Sqs& sqs;
    Sns& sns;
    Deliveries& deliveries;
  };
  Events(Worker& worker, Scope scope, Parts parts, std::size_t events_max)
      : worker_(worker),
        database_(worker.database()),
        scope_(scope),
        parts_(parts),
        events_max_(static_cast<std::int64_t>(events_max)) {}

  // An error names what is wrong with a rule. Rules of an earlier setup that are not in this are gone.
  [[nodiscard]] auto make(std::vector<std::string> const& buses,
                          std::vector<RuleSetup> const& rules) -> Result<void, std::string>;

  void handle(net::Request&& request, net::Responder responder);      // any thread
  void handle_log(net::Request&& request, net::Responder responder);  // any thread

 private:
  struct Rule {
    std::string name;
    std::string pattern;
  };

  [[nodiscard]] auto dispatch(std::string_view operation, json::Value request) -> Answer;
  [[nodiscard]] auto put_events(json::Value request) -> Answer;
  [[nodiscard]] auto put_event(json::Value entry) -> std::string;
  void route(std::string_view bus, std::string const& event);
  void send_to(json::Value target, json::Value event, std::string const& text,
               std::string_view event_id);

  [[nodiscard]] auto put_rule(json::Value request, std::string_view origin) -> Answer;
  [[nodiscard]] auto describe_rule(json::Value request) -> Answer;
  [[nodiscard]] auto delete_rule(json::Value request) -> Answer;
  [[nodiscard]] auto list_rules(json::Value request) -> Answer;
  [[nodiscard]] auto set_state(json::Value request, std::string_view state) -> Answer;
  [[nodiscard]] auto put_targets(json::Value request) -> Answer;
  [[nodiscard]] auto remove_targets(json::Value request) -> Answer;
  [[nodiscard]] auto list_targets(json::Value request) -> Answer;
  [[nodiscard]] auto create_bus(json::Value request) -> Answer;
  [[nodiscard]] auto delete_bus(json::Value request) -> Answer;
  [[nodiscard]] auto list_buses(json::Value request) -> Answer;

  [[nodiscard]] auto has_bus(std::string_view bus) -> bool;
  [[nodiscard]] auto has_rule(std::string_view bus, std::string_view name) -> bool;
  [[nodiscard]] auto rule_arn(std::string_view bus, std::string_view name) const -> std::string;
  [[nodiscard]] auto bus_arn(std::string_view bus) const -> std::string;

  Worker& worker_;
  Database& database_;
  Scope scope_;
  Parts parts_;
  std::int64_t events_max_;
};

}  // namespace treadle::targets
