#include "treadle/runtime/kept_command.h"

#include <optional>
#include <string_view>
#include <variant>

namespace treadle::runtime {
namespace {

using namespace record;

// Points the views of a command to copies.
class Keeper {
 public:
  explicit Keeper(json::Arena& arena) : arena_(arena) {}

  void operator()(StartExecution& c) {
    for (auto* text :
         {&c.execution_arn, &c.name, &c.state_machine_arn, &c.state_machine_name, &c.revision,
          &c.role_arn, &c.trace_header, &c.input, &c.version_arn, &c.alias_arn, &c.revision_id})
      keep(*text);
  }
  void operator()(StopExecution& c) {
    keep(c.error);
    keep(c.cause);
    keep(c.caller);
  }
  void operator()(CallSucceeded& c) { keep(c.output); }
  void operator()(JobSucceeded& c) { keep(c.output); }
  void operator()(TokenSucceeded& c) {
    keep(c.output);
    keep(c.receipt);
  }
  void operator()(TokenFailed& c) {
    keep(c.error);
    keep(c.cause);
    keep(c.receipt);
  }
  void operator()(ActivityTaken& c) { keep(c.worker); }
  void operator()(CompensateExecution& c) {
    keep(c.cause);
    keep(c.caller);
  }
  void operator()(RedriveExecution& c) {
    keep(c.client_token);
    keep(c.caller);
  }
  // Without views:
  void operator()(CallFailed&) {}
  void operator()(JobFailed&) {}
  void operator()(JobWasStopped&) {}
  void operator()(TokenHeartbeat&) {}
  void operator()(TimerDue&) {}
  void operator()(Continue&) {}

 private:
  void keep(std::string_view& text) { text = arena_.copy(text); }
  void keep(std::optional<std::string_view>& text) {
    if (text) keep(*text);
  }

  json::Arena& arena_;
};

}  // namespace

KeptCommand::KeptCommand(Command const& command) : command_(command) {
  std::visit(Keeper(arena_), command_);
}

}  // namespace treadle::runtime
