#include "treadle/asl/variable_references.h"

namespace treadle::asl {
namespace {

// Collects the variables of one state.
class Collector {
 public:
  explicit Collector(std::set<std::string>& names) : names_(names) {}

  void add(State const& state) {
    add(state.input_path);
    add(state.output_path);
    add(state.assign);
    add(state.output);
    for (auto const& catcher : state.catchers) {
      add(catcher.result_path);
      add(catcher.assign);
      add(catcher.output);
    }
    std::visit([this](auto const& details) { add(details); }, state.details);
  }

 private:
  void add(Path const& path) {
    if (path.root() == expr::jsonpath::Root::kVariable) names_.insert(std::string(path.variable()));
  }
  void add(Call const& call) {
    for (auto const& path : call.paths()) add(path);
  }
  void add(PayloadTemplate const& payload) {
    for (auto const& path : payload.paths()) add(path);
  }
  void add(Expression const& expression) {
    for (auto const& reference : expression.references())
      if (reference.variable != "states") names_.insert(reference.variable);
  }
  void add(JsonataTemplate const& payload) {
    for (auto const& placed : payload.expressions()) add(placed.expression);
  }
  template <typename... T>
  void add(std::variant<T...> const& either) {
    std::visit([this](auto const& one) { add(one); }, either);
  }
  void add(bool) {}  // a Condition that is true or false
  template <typename T>
  void add(std::optional<T> const& value) {
    if (value) add(*value);
  }
  void add(PathField const& field) { add(field.path); }
  void add(NumberField const& field) {
    add(field.path);
    add(field.expression);
  }
  void add(TextField const& field) {
    add(field.path);
    add(field.call);
    add(field.expression);
  }
  void add(ChoiceExpression const& expression) {
    add(expression.variable);
    add(expression.operand_path);
    for (auto const& part : expression.parts) add(part);
  }

  void add(Task const& task) {
    add(task.parameters);
    add(task.result_selector);
    add(task.result_path);
    add(task.timeout_seconds);
    add(task.heartbeat_seconds);
    add(task.credentials);
  }
  void add(Pass const& pass) {
    add(pass.parameters);
    add(pass.result_path);
  }
  void add(Choice const& choice) {
    for (auto const& rule : choice.rules) {
      add(rule.condition);
      add(rule.assign);
      add(rule.output);
    }
  }
  void add(Wait const& wait) {
    add(wait.seconds);
    add(wait.timestamp_path);
    add(wait.timestamp_expression);
  }
  void add(Succeed const&) {}
  void add(Fail const& fail) {
    add(fail.error);
    add(fail.cause);
  }
  void add(Parallel const& parallel) {
    add(parallel.parameters);
    add(parallel.result_selector);
    add(parallel.result_path);
  }
  void add(Map const& map) {
    add(map.items_path);
    add(map.items);
    add(map.item_selector);
    add(map.concurrency_max);
    add(map.tolerated_failure_count);
    add(map.tolerated_failure_percentage_path);
    add(map.tolerated_failure_percentage_expression);
    add(map.result_selector);
    add(map.result_path);
  }

  std::set<std::string>& names_;
};

}  // namespace

auto variable_references(Definition const& definition)
    -> std::map<std::string, std::set<std::string>> {
  std::map<std::string, std::set<std::string>> out;
  for (auto const& state : definition.states) {
    std::set<std::string> names;
    Collector(names).add(state);
    if (!names.empty()) out.emplace(state.name, std::move(names));
  }
  return out;
}

}  // namespace treadle::asl
