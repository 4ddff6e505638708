// Which members the paths of JSONPath states find, over all ways to the state.
//
// An abstract interpretation: states are run on shapes (shape.h) instead of values until nothing
// new is learned, then once more to report. The machine's input is unknown, and what is unknown is
// never reported. Source: Amazon States Language, "Input and Output Processing".
#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/base/limits.h"
#include "treadle/lint/checks.h"
#include "treadle/lint/choice_flow.h"
#include "treadle/lint/miss_report.h"
#include "treadle/lint/reads.h"
#include "treadle/lint/shape.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

// A state is run this often before its input is given up.
constexpr std::uint32_t kVisitsMax = 12;
// Nodes of shapes that may be looked at in all. Beyond, nothing is reported.
constexpr std::uint64_t kWorkMax = 4'000'000;

// One run of a state.
struct Visit {
  StateIndex state;
  Place const& place;
  ShapePtr raw;        // the state's input
  ShapePtr effective;  // after InputPath
  bool is_raw = true;  // `effective` is the whole of `raw`
};

class DataFlow {
 public:
  DataFlow(Machine const& machine, Report& report)
      : machine_(machine),
        misses_(machine, report),
        in_(machine.count()),
        visits_(machine.count(), 0),
        is_waiting_(machine.count(), 0),
        out_(machine.definition().regions.size()) {}

  void run() {
    flow_to(machine_.definition().regions.front().start, unknown());
    while (!waiting_.empty() && work_ < kWorkMax) {
      auto const i = waiting_.front();
      waiting_.pop_front();
      is_waiting_[i.value()] = 0;
      if (++visits_[i.value()] == kVisitsMax) in_[i.value()] = lost();
      visit(i);
    }
    if (work_ >= kWorkMax) return;
    is_reporting_ = true;
    for (std::uint32_t n = 0; n < machine_.count(); ++n)
      if (in_[n] != nullptr) visit(StateIndex(n));
  }

 private:
  void enqueue(StateIndex i) {
    if (is_waiting_[i.value()] != 0) return;
    is_waiting_[i.value()] = 1;
    waiting_.push_back(i);
  }

  void flow_to(StateIndex to, ShapePtr const& shape) {
    if (is_reporting_) return;
    work_ += shape->nodes + 1;
    auto& in = in_[to.value()];
    auto joined = in == nullptr ? shape : merged(in, shape);
    if (joined == in) return;
    in = std::move(joined);
    enqueue(to);
  }

  // To the next state, or out of the region.
  void leave(StateIndex i, ShapePtr const& output) {
    auto const& state = machine_.state(i);
    if (state.next) {
      flow_to(*state.next, output);
      return;
    }
    if (is_reporting_) return;
    work_ += output->nodes + 1;
    auto& out = out_[state.region.value()];
    auto joined = out == nullptr ? output : merged(out, output);
    if (joined == out) return;
    out = std::move(joined);
    if (auto const owner = machine_.owner(i); owner && in_[owner->value()] != nullptr)
      enqueue(*owner);
  }

  void visit(StateIndex i) {
    auto const& state = machine_.state(i);
    Visit v{i, machine_.place(i), in_[i.value()], in_[i.value()]};
    work_ += v.raw->nodes;
    if (state.language == asl::QueryLanguage::kJsonPath)
      visit_json_path(v);
    else
      visit_jsonata(v);
  }

  // Expressions in JSONata are not followed: what such a state makes is unknown.
  void visit_jsonata(Visit const& v) {
    auto const& state = machine_.state(v.state);
    auto const passes_on = state.type == asl::StateType::kChoice ||
                           state.type == asl::StateType::kWait ||
                           state.type == asl::StateType::kPass;
    auto const output = passes_on && !v.place.find("Output") ? v.raw : answer();
    for (auto const& edge : machine_.edges(v.state)) flow_to(edge.to, output);
    for (auto const region : inner_regions(state))
      flow_to(machine_.definition().region(region).start,
              state.type == asl::StateType::kParallel && !v.place.find("Arguments") ? v.raw
                                                                                    : unknown());
    if (!state.next && state.type != asl::StateType::kChoice) leave(v.state, output);
  }

  void visit_json_path(Visit& v) {
    v.effective = selected(v, "InputPath", v.raw);
    v.is_raw = v.effective == v.raw;
    switch (machine_.state(v.state).type) {
      case asl::StateType::kTask: return visit_task(v);
      case asl::StateType::kPass: return visit_pass(v);
      case asl::StateType::kChoice: return visit_choice(v);
      case asl::StateType::kParallel: return visit_parallel(v);
      case asl::StateType::kMap: return visit_map(v);
      case asl::StateType::kFail: return read_fields(v);
      case asl::StateType::kWait:
      case asl::StateType::kSucceed:
        read_fields(v);
        leave(v.state, selected(v, "OutputPath", v.effective));
        return;
    }
  }

  void visit_task(Visit& v) {
    read_fields(v);
    auto const request = arguments(v);
    if (is_reporting_) misses_.check_size(v.state, v.effective, request);
    auto const& resource = machine_.task(v.state)->resource;
    auto const is_invoke = resource.text.ends_with(":states:::lambda:invoke");
    finish(v, is_invoke ? lambda_answer(v.state) : answer());
  }

  void visit_pass(Visit& v) {
    if (auto const result = v.place.find("Result"); result)
      finish(v, literal(result->value(), {Cause::Kind::kLiteral, v.state}));
    else
      finish(v, arguments(v));
  }

  void visit_choice(Visit& v) {
    OnRead const on_read = [&](Place const& path, ShapePtr const& before) {
      work_ += before->nodes;
      return read(v.state, path, before).after;
    };
    auto here = v.effective;
    auto const rules = v.place.at("Choices").elements();
    for (auto const& edge : machine_.edges(v.state)) {
      if (edge.kind != Edge::Kind::kRule || edge.index >= rules.size()) continue;
      work_ += here->nodes;
      auto const outcomes = follow_condition(rules[edge.index], here, on_read);
      flow_to(edge.to, selected(v, "OutputPath", outcomes.if_true));
      here = outcomes.if_false;
    }
    for (auto const& edge : machine_.edges(v.state))
      if (edge.kind == Edge::Kind::kDefault) flow_to(edge.to, selected(v, "OutputPath", here));
  }

  void visit_parallel(Visit& v) {
    auto const input = arguments(v);
    std::uint64_t bytes = 2;
    auto ends = true;
    auto const regions = inner_regions(machine_.state(v.state));
    for (auto const region : regions) {
      flow_to(machine_.definition().region(region).start, input);
      auto const& out = out_[region.value()];
      ends = ends && out != nullptr;
      if (out != nullptr) bytes += out->bytes_min + 1;
    }
    auto const result = array_of(regions.size(), bytes, {Cause::Kind::kArray, v.state});
    if (ends)
      finish(v, result);
    else
      fail(v);
  }

  void visit_map(Visit& v) {
    for (auto const* name : {"ItemReader", "ItemBatcher", "ResultWriter"})
      if (auto const part = v.place.find(name); part) read_all(v, *part);
    read_fields(v);
    auto const items = items_of(v);
    auto const selector =
        v.place.find("ItemSelector") ? v.place.find("ItemSelector") : v.place.find("Parameters");
    auto const item = selector ? filled(v, *selector) : unknown();
    auto const region = inner_regions(machine_.state(v.state)).front();
    flow_to(machine_.definition().region(region).start,
            v.place.find("ItemBatcher") ? unknown() : item);
    auto const& out = out_[region.value()];
    auto const bytes = out == nullptr ? 0 : items * (out->bytes_min + 1);
    finish(v, v.place.find("ResultWriter")
                  ? unknown()
                  : array_of(items, bytes + 2, {Cause::Kind::kArray, v.state}));
  }

  // How many items there are at least.
  auto items_of(Visit& v) -> std::uint64_t {
    auto const path = v.place.find("ItemsPath");
    if (!path || !path->value().is_string()) return v.effective->elements_min;
    return read_of(v, *path)->elements_min;
  }

  // From the result of a state to what comes after it: ResultSelector, ResultPath, OutputPath, the
  // catchers.
  void finish(Visit& v, ShapePtr result) {
    if (auto const selector = v.place.find("ResultSelector"); selector) {
      Visit of_result{v.state, v.place, result, result};
      result = filled(of_result, *selector);
    }
    auto const path = v.place.find("ResultPath");
    auto const output = selected(v, "OutputPath", with_result(v, path, result));
    if (is_reporting_) misses_.check_size(v.state, v.raw, output);
    leave(v.state, output->bytes_min > limits::kPayloadBytes ? lost() : output);
    fail(v);
  }

  auto with_result(Visit const& v, std::optional<Place> const& path, ShapePtr const& result) const
      -> ShapePtr {
    if (!path) return replaced(result, v.raw, v.state);
    if (!path->value().is_string()) return v.raw;
    auto const start = start_of(path->value().as_string());
    if (start.names.empty()) return start.is_whole ? replaced(result, v.raw, v.state) : lost();
    // An element of an array is written: the array is what is known.
    return with(v.raw, start.names, start.is_whole ? result : unknown(), v.state);
  }

  void fail(Visit const& v) {
    for (auto const& edge : machine_.edges(v.state)) {
      if (edge.kind != Edge::Kind::kCatch) continue;
      auto const& catcher = machine_.state(v.state).catchers[edge.index];
      auto const error = caught_error(v.state);
      if (catcher.result_path.kind == asl::PathField::Kind::kNull) {
        flow_to(edge.to, v.raw);
      } else if (catcher.result_path.is_identity()) {
        flow_to(edge.to, error);
      } else {
        auto const start = start_of(catcher.result_path.path->text());
        flow_to(edge.to, start.names.empty() ? lost()
                                             : with(v.raw, start.names,
                                                    start.is_whole ? error : unknown(), v.state));
      }
    }
  }

  // What "Parameters" make, or else the input.
  auto arguments(Visit& v) -> ShapePtr {
    auto const parameters = v.place.find("Parameters");
    return parameters ? filled(v, *parameters) : v.effective;
  }

  // A payload template, filled in.
  auto filled(Visit& v, Place const& payload_template) -> ShapePtr {
    Cause const why{Cause::Kind::kTemplate, v.state};
    auto const value = payload_template.value();
    if (value.is_object()) {
      NamedShapes members;
      for (auto const& member : payload_template.members()) {
        auto name = member.name();
        auto const is_expression = name.ends_with(".$");
        if (is_expression) name.remove_suffix(2);
        members.emplace_back(name, is_expression ? read_of(v, member) : filled(v, member));
      }
      work_ += members.size();
      return object_of(std::move(members), why);
    }
    if (!value.is_array()) return literal(value, why);
    std::uint64_t bytes = 2;
    for (auto const& element : payload_template.elements())
      bytes += filled(v, element)->bytes_min + 1;
    return array_of(value.size(), bytes, why);
  }

  auto lambda_answer(StateIndex i) const -> ShapePtr {
    return object_of({{"ExecutedVersion", unknown()},
                      {"Payload", answer()},
                      {"SdkHttpMetadata", unknown()},
                      {"SdkResponseMetadata", unknown()},
                      {"StatusCode", unknown()}},
                     {Cause::Kind::kInvoked, i});
  }

  // InputPath or OutputPath.
  auto selected(Visit& v, std::string_view field, ShapePtr const& shape) -> ShapePtr {
    auto const path = v.place.find(field);
    if (!path) return shape;
    if (!path->value().is_string()) return object_of({}, {Cause::Kind::kNothing, v.state});
    if (path->value().as_string() == "$") return shape;
    auto found = read(v.state, *path, shape);
    if (shape == v.raw) v.raw = found.after;
    return found.value;
  }

  // SecondsPath, TimeoutSecondsPath and their kin, and Credentials.
  void read_fields(Visit& v) {
    for (auto const& member : v.place.members()) {
      auto const name = member.name();
      if (name == "Credentials")
        static_cast<void>(filled(v, member));
      else if (name.ends_with("Path") && name != "InputPath" && name != "OutputPath" &&
               name != "ResultPath" && name != "ItemsPath" && member.value().is_string())
        static_cast<void>(read_of(v, member));
    }
  }

  void read_all(Visit& v, Place const& part) {
    for_each_expression(
        part, [&](Place const& expression) { static_cast<void>(read_of(v, expression)); });
  }

  // Reads from the effective input, and notes that what was read is there.
  auto read_of(Visit& v, Place const& expression) -> ShapePtr {
    auto found = read(v.state, expression, v.effective);
    v.effective = found.after;
    if (v.is_raw) v.raw = found.after;
    return found.value;
  }

  struct Found {
    ShapePtr value;
    ShapePtr after;  // the shape that was read from, once it has been
  };

  auto read(StateIndex i, Place const& expression, ShapePtr const& shape) -> Found {
    Found found{unknown(), shape};
    if (!expression.value().is_string()) return found;
    auto const text = expression.value().as_string();
    auto const is_path = text.starts_with('$');
    for (auto const& path : paths_of(text)) {
      if (!reads_input(path)) continue;
      work_ += found.after->nodes;
      auto const start = start_of(path);
      auto const selection = select(found.after, start.names);
      if (selection.miss && is_reporting_) misses_.add(i, expression, path, *selection.miss);
      if (is_path && start.is_whole) found.value = selection.value;
      found.after = with_seen(found.after, start.names);
    }
    return found;
  }

  Machine const& machine_;
  MissReport misses_;
  std::vector<ShapePtr> in_;  // by state; null until a way to it is known
  std::vector<std::uint32_t> visits_;
  std::vector<char> is_waiting_;
  std::deque<StateIndex> waiting_;
  std::vector<ShapePtr> out_;  // by region; null until a way out of it is known
  std::uint64_t work_ = 0;
  bool is_reporting_ = false;
};

}  // namespace

void check_data_flow(Machine const& machine, Report& report) { DataFlow(machine, report).run(); }

}  // namespace treadle::lint
