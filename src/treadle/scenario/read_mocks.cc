#include "treadle/scenario/read_mocks.h"

#include <fmt/format.h>

namespace treadle::scenario {
namespace {

constexpr std::uint32_t kTimesMax = 25'000;
constexpr std::string_view kAnswerKeys[] = {"result",    "error",      "cause", "never", "delay",
                                            "heartbeat", "heartbeats", "item",  "when"};
constexpr std::string_view kListedKeys[] = {"result", "error",     "cause",      "never", "delay",
                                            "times",  "heartbeat", "heartbeats", "item",  "when"};

class AnswerReader {
 public:
  AnswerReader(NodeReader const& reader, Node const& node) : reader_(reader), node_(node) {}

  auto run() -> Read<Answer> {
    TRY(read_ending());
    TRY(read_times());
    if (auto const* const delay = node_.find("delay"))
      answer_.delay = TRY(reader_.duration(*delay, "delay"));
    if (auto const* const when = node_.find("when")) answer_.when = to_json(*when);
    TRY(read_item());
    TRY(read_heartbeat());
    return std::move(answer_);
  }

 private:
  auto read_ending() -> Read<void> {
    auto const* const result = node_.find("result");
    auto const* const error = node_.find("error");
    auto const* const never = node_.find("never");
    if (never != nullptr && never->text() != "true")
      return reader_.refuse(never->mark(), "expected true as 'never'");
    int const given =
        (result != nullptr ? 1 : 0) + (error != nullptr ? 1 : 0) + (never != nullptr ? 1 : 0);
    if (given != 1)
      return reader_.refuse(node_.mark(),
                            "expected one of 'result', 'error' and 'never' in an answer");
    answer_.never = never != nullptr;
    if (result != nullptr) answer_.result = to_json(*result);
    if (error != nullptr) answer_.error = TRY(reader_.text(*error, "error"));
    auto const* const cause = node_.find("cause");
    if (cause == nullptr) return {};
    if (error == nullptr)
      return reader_.refuse(cause->mark(), "expected 'cause' beside an 'error'");
    answer_.cause = TRY(reader_.text(*cause, "cause"));
    return {};
  }

  auto read_times() -> Read<void> {
    auto const* const times = node_.find("times");
    if (times == nullptr) return {};
    if (times->text() == "always") {
      answer_.times = Answer::kAlways;
      return {};
    }
    answer_.times = TRY(reader_.number(*times, "times", kTimesMax));
    if (answer_.times == 0) return reader_.refuse(times->mark(), "expected at least 1 as 'times'");
    return {};
  }

  auto read_item() -> Read<void> {
    auto const* const item = node_.find("item");
    if (item == nullptr) return {};
    if (!item->is_list()) {
      answer_.item.push_back(TRY(reader_.number(*item, "item", ~0U)));
      return {};
    }
    for (auto const& index : item->elements())
      answer_.item.push_back(TRY(reader_.number(index, "item", ~0U)));
    return {};
  }

  auto read_heartbeat() -> Read<void> {
    auto const* const heartbeat = node_.find("heartbeat");
    if (heartbeat != nullptr) {
      answer_.heartbeat = TRY(reader_.duration(*heartbeat, "heartbeat"));
      if (*answer_.heartbeat == Milliseconds{0})
        return reader_.refuse(heartbeat->mark(), "expected more than 0s as 'heartbeat'");
    }
    auto const* const count = node_.find("heartbeats");
    if (count == nullptr) return {};
    if (heartbeat == nullptr)
      return reader_.refuse(count->mark(), "expected 'heartbeats' beside a 'heartbeat'");
    answer_.heartbeats = TRY(reader_.number(*count, "heartbeats", ~0U));
    return {};
  }

  NodeReader const& reader_;
  Node const& node_;
  Answer answer_;
};

auto read_answers(NodeReader const& reader, Node const& node) -> Read<std::vector<Answer>> {
  std::vector<Answer> out;
  if (!node.is_list()) {
    TRY(reader.check_keys(node, kAnswerKeys));
    out.push_back(TRY(AnswerReader(reader, node).run()));
    out.back().times = Answer::kAlways;
    return out;
  }
  for (auto const& element : node.elements()) {
    TRY(reader.check_keys(element, kListedKeys));
    out.push_back(TRY(AnswerReader(reader, element).run()));
  }
  return out;
}

}  // namespace

auto read_mocks(NodeReader const& reader, Node const& node, Machine const& machine)
    -> Read<std::vector<Mock>> {
  TRY(reader.check_map(node, "mocks"));
  auto const tasks = task_names(machine);
  std::vector<Mock> out;
  for (auto const& [key, answers] : node.members()) {
    TRY(reader.check_name(key, tasks, "Task state"));
    out.push_back({std::string(key.text()), TRY(read_answers(reader, answers))});
  }
  return out;
}

}  // namespace treadle::scenario
