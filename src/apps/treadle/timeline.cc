#include "apps/treadle/timeline.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <unistd.h>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::app {
namespace {

// One visit of a state, or a redrive.
struct Visit {
  std::string name;
  std::string type;  // "Task"; empty: a redrive
  std::uint32_t depth = 0;
  Timestamp entered;
  Timestamp left;
  bool open = true;
  int attempts = 0;
  std::string error;
  std::string cause;
};

auto ends_with(std::string_view text, std::string_view end) -> bool { return text.ends_with(end); }

auto duration(Milliseconds d) -> std::string {
  auto const ms = d.count();
  if (ms < 1'000) return fmt::format("{} ms", ms);
  if (ms < 60'000) return fmt::format("{:.2f} s", static_cast<double>(ms) / 1000.0);
  return fmt::format("{} min {} s", ms / 60'000, ms / 1'000 % 60);
}

// Follows previousEventId to the visit that an event belongs to.
class Visits {
 public:
  explicit Visits(std::vector<TimelineEvent> const& events) {
    for (auto const& e : events) add(e);
  }
  [[nodiscard]] auto all() const -> std::vector<Visit> const& { return visits_; }

 private:
  void add(TimelineEvent const& e) {
    auto const before = visit_of_.contains(e.previous_id) ? visit_of_.at(e.previous_id) : -1;
    if (e.type == "ExecutionRedriven") return redrive(e);
    if (ends_with(e.type, "StateEntered")) {
      visit_of_[e.id] = static_cast<int>(visits_.size());
      auto const depth = depth_of_.contains(e.previous_id) ? depth_of_.at(e.previous_id) : 0;
      depth_of_[e.id] = depth;
      visits_.push_back({.name = e.name,
                         .type = e.type.substr(0, e.type.size() - 12),
                         .depth = depth,
                         .entered = e.at,
                         .left = e.at,
                         .open = e.type != "FailStateEntered",
                         .error = {},
                         .cause = {}});
      return;
    }
    visit_of_[e.id] = before;
    depth_of_[e.id] = depth_of_.contains(e.previous_id) ? depth_of_.at(e.previous_id) : 0;
    if (ends_with(e.type, "StateStarted") || e.type == "MapIterationStarted") {
      if (e.type != "MapIterationStarted" && before >= 0) ++at(before).attempts;
      depth_of_[e.id] = at_depth(before) + 1;
    }
    if (ends_with(e.type, "Scheduled") && before >= 0) ++at(before).attempts;
    if (!e.error.empty() && before >= 0) {
      at(before).error = e.error;
      at(before).cause = e.cause;
      at(before).left = e.at;
    }
    if (ends_with(e.type, "StateExited")) leave(e);
  }
  // What follows is counted with the state that was open last.
  void redrive(TimelineEvent const& e) {
    auto const open = std::ranges::find(visits_.rbegin(), visits_.rend(), true, &Visit::open);
    visit_of_[e.id] = static_cast<int>(visits_.rend() - open) - 1;
    visits_.push_back({.name = "redriven",
                       .type = {},
                       .entered = e.at,
                       .left = e.at,
                       .open = false,
                       .error = {},
                       .cause = {}});
  }
  // Parallel and Map are left from within: by name, the last one that is open.
  void leave(TimelineEvent const& e) {
    for (auto i = visits_.size(); i-- > 0;) {
      if (visits_[i].name != e.name || !visits_[i].open) continue;
      visits_[i].open = false;
      visits_[i].left = e.at;
      visit_of_[e.id] = static_cast<int>(i);
      depth_of_[e.id] = visits_[i].depth;
      return;
    }
  }
  auto at(int i) -> Visit& { return visits_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] auto at_depth(int i) const -> std::uint32_t {
    return i < 0 ? 0 : visits_[static_cast<std::size_t>(i)].depth;
  }

  std::vector<Visit> visits_;
  std::map<std::uint32_t, int> visit_of_;
  std::map<std::uint32_t, std::uint32_t> depth_of_;
};

auto painted(Colour colour, char const* code, std::string const& text) -> std::string {
  return colour == Colour::kOn ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

constexpr std::size_t kCauseShown = 100;

// One line of a cause. A function's error is the whole payload of its answer: the message in it is
// enough.
auto readable(std::string_view cause) -> std::string {
  json::Arena arena;
  auto const payload = json::parse(arena, cause);
  auto const* const message = payload ? payload->find("errorMessage") : nullptr;
  auto text =
      std::string(message != nullptr && message->is_string() ? message->as_string() : cause);
  if (text.size() > kCauseShown) text = std::string(utf8::truncate(text, kCauseShown)) + "...";
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

enum class Execution : std::uint8_t { kRunning, kEnded };

auto describe(Visit const& v, Timestamp begin, Execution execution, Colour colour) -> std::string {
  if (v.type.empty()) return fmt::format("{:>10}  {}\n", "+" + duration(v.entered - begin), v.name);
  // a state that failed is never exited
  bool const under_way = v.open && (v.error.empty() || execution == Execution::kRunning);
  auto line = fmt::format("{:>10}  {}{:<{}} {:<9} {:>10}", "+" + duration(v.entered - begin),
                          std::string(v.depth * 2, ' '), v.name,
                          30 - std::min<std::uint32_t>(v.depth * 2, 20), v.type,
                          under_way ? "..." : duration(v.left - v.entered));
  if (v.attempts > 1) line += painted(colour, "33", fmt::format("  {} attempts", v.attempts));
  if (!v.error.empty()) {
    auto const cause = readable(v.cause);
    line +=
        painted(colour, "31", fmt::format("  {}{}", v.error, cause.empty() ? "" : ": " + cause));
  }
  return line + '\n';
}

}  // namespace

auto colour_for(int fd) -> Colour {
  auto const* const off = std::getenv("NO_COLOR");
  return isatty(fd) == 1 && (off == nullptr || *off == '\0') ? Colour::kOn : Colour::kOff;
}

auto print_timeline(std::vector<TimelineEvent> const& events, Colour colour) -> std::string {
  if (events.empty()) return {};
  auto const begin = events.front().at;
  std::string out;
  Visits const visits(events);
  auto const& last = events.back();
  bool const has_ended = last.type.starts_with("Execution") && last.type != "ExecutionStarted" &&
                         last.type != "ExecutionRedriven";
  for (auto const& visit : visits.all())
    out += describe(visit, begin, has_ended ? Execution::kEnded : Execution::kRunning, colour);
  if (has_ended) {
    auto const ending = last.type.substr(9);
    auto text = fmt::format("{:>10}  {}", "+" + duration(last.at - begin), ending);
    if (!last.error.empty()) text += " " + last.error;
    if (!last.cause.empty()) text += ": " + readable(last.cause);
    out += painted(colour, ending == "Succeeded" ? "32" : "31", text) + '\n';
  }
  return out;
}

}  // namespace treadle::app
