#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/saga/print.h"

namespace treadle::saga {
namespace {

enum class Line : std::uint8_t { kNext, kCatch };

// What differs between the two ways to write a graph.
class Writer {
 public:
  explicit Writer(GraphFormat format) : format_(format) {
    out_ = is_dot() ? "digraph saga {\n  rankdir=TB;\n  node [shape=box, style=rounded];\n"
                    : "flowchart TD\n";
  }

  void node(asl::StateIndex id, std::string const& label, std::string_view mark) {
    if (is_dot())
      line(fmt::format("s{} [label=\"{}\"{}];", id.value(), quoted(label),
                       mark.empty() ? ""
                                    : fmt::format(", style=\"rounded,filled\", fillcolor=\"{}\"",
                                                  colour(mark))));
    else
      line(fmt::format("s{}[\"{}\"]{}", id.value(), quoted(label),
                       mark.empty() ? "" : fmt::format(":::{}", mark)));
  }

  void edge(asl::StateIndex from, asl::StateIndex to, Line kind, std::string const& label,
            bool is_marked) {
    if (is_dot()) {
      line(fmt::format("s{} -> s{} [label=\"{}\"{}{}];", from.value(), to.value(), quoted(label),
                       kind == Line::kCatch ? ", style=dashed" : "",
                       is_marked ? ", color=red, penwidth=2" : ""));
      return;
    }
    auto const* const arrow = kind == Line::kCatch ? "-.->" : is_marked ? "==>" : "-->";
    line(label.empty()
             ? fmt::format("s{} {} s{}", from.value(), arrow, to.value())
             : fmt::format("s{} {}|\"{}\"| s{}", from.value(), arrow, quoted(label), to.value()));
  }

  void open(asl::RegionIndex region, std::string const& label) {
    line(is_dot()
             ? fmt::format("subgraph cluster_r{} {{ label=\"{}\";", region.value(), quoted(label))
             : fmt::format("subgraph r{}[\"{}\"]", region.value(), quoted(label)));
    indent_ += "  ";
  }
  void close() {
    indent_.resize(indent_.size() - 2);
    line(is_dot() ? "}" : "end");
  }

  auto take() -> std::string {
    if (is_dot()) return out_ + "}\n";
    for (auto const* mark : {"step", "undo", "readonly", "bad"})
      line(fmt::format("classDef {} fill:{};", mark, colour(mark)));
    return out_;
  }

 private:
  [[nodiscard]] auto is_dot() const -> bool { return format_ == GraphFormat::kDot; }

  void line(std::string const& text) { out_ += indent_ + text + "\n"; }

  static auto colour(std::string_view mark) -> std::string_view {
    if (mark == "bad") return "#f4b6b6";
    if (mark == "undo") return "#f6e3b4";
    return mark == "readonly" ? "#e6e6e6" : "#cfe8cf";
  }

  [[nodiscard]] auto quoted(std::string const& text) const -> std::string {
    std::string out;
    for (auto const c : text) {
      if (is_dot()) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      } else if (std::string_view("\"#<>&|").contains(c)) {
        out += fmt::format("#{};", static_cast<int>(c));
      } else {
        out += c;
      }
    }
    return out;
  }

  GraphFormat format_;
  std::string out_;
  std::string indent_ = "  ";
};

class Graph {
 public:
  Graph(asl::Definition const& definition, Roles const& roles, CheckReport const& report,
        GraphFormat format)
      : definition_(definition), roles_(roles), writer_(format) {
    for (auto const& example : report.counterexamples) {
      for (auto const& entry : example.path) bad_.insert(entry.state);
      for (std::size_t i = 1; i < example.path.size(); ++i)
        bad_ways_.insert({example.path[i - 1].state, example.path[i].state});
    }
  }

  auto write() -> std::string {
    write_region(asl::RegionIndex{0});
    for (std::uint32_t i = 0; i < definition_.states.size(); ++i) write_edges(asl::StateIndex(i));
    return writer_.take();
  }

 private:
  void write_region(asl::RegionIndex region) {
    for (std::uint32_t i = 0; i < definition_.states.size(); ++i) {
      auto const& state = definition_.states[i];
      if (state.region != region) continue;
      writer_.node(asl::StateIndex(i), state.name, mark_of(state));
      if (auto const* parallel = std::get_if<asl::Parallel>(&state.details); parallel != nullptr)
        for (std::size_t b = 0; b < parallel->branches.size(); ++b)
          write_inner(parallel->branches[b], fmt::format("{}, branch {}", state.name, b + 1));
      if (auto const* map = std::get_if<asl::Map>(&state.details); map != nullptr)
        write_inner(map->processor, fmt::format("{}, each item", state.name));
    }
  }

  void write_inner(asl::RegionIndex region, std::string const& label) {
    writer_.open(region, label);
    write_region(region);
    writer_.close();
  }

  [[nodiscard]] auto mark_of(asl::State const& state) const -> std::string_view {
    if (bad_.contains(state.name)) return "bad";
    if (state.type != asl::StateType::kTask) return "";
    if (std::ranges::any_of(roles_.undos,
                            [&](Roles::Undo const& undo) { return undo.state == state.name; }))
      return "undo";
    return std::ranges::find(roles_.read_only, state.name) != roles_.read_only.end() ? "readonly"
                                                                                     : "step";
  }

  void edge(asl::StateIndex from, asl::StateIndex to, Line kind, std::string const& label) {
    writer_.edge(from, to, kind, label,
                 bad_ways_.contains({definition_.state(from).name, definition_.state(to).name}));
  }

  void write_edges(asl::StateIndex i) {
    auto const& state = definition_.state(i);
    if (state.next) edge(i, *state.next, Line::kNext, "");
    for (auto const& catcher : state.catchers)
      edge(i, catcher.next, Line::kCatch,
           catcher.error_equals.size() > 3
               ? fmt::format("{} and {} more", catcher.error_equals.front(),
                             catcher.error_equals.size() - 1)
               : fmt::format("{}", fmt::join(catcher.error_equals, ", ")));
    if (auto const* choice = std::get_if<asl::Choice>(&state.details); choice != nullptr) {
      for (auto const& rule : choice->rules) edge(i, rule.next, Line::kNext, "");
      if (choice->fallback) edge(i, *choice->fallback, Line::kNext, "default");
    }
    if (auto const* parallel = std::get_if<asl::Parallel>(&state.details); parallel != nullptr)
      for (auto const branch : parallel->branches)
        edge(i, definition_.region(branch).start, Line::kNext, "");
    if (auto const* map = std::get_if<asl::Map>(&state.details); map != nullptr)
      edge(i, definition_.region(map->processor).start, Line::kNext, "");
  }

  asl::Definition const& definition_;
  Roles const& roles_;
  Writer writer_;
  std::set<std::string> bad_;
  std::set<std::pair<std::string, std::string>> bad_ways_;
};

}  // namespace

auto to_graph(asl::Definition const& definition, Roles const& roles, CheckReport const& report,
              GraphFormat format) -> std::string {
  return Graph(definition, roles, report, format).write();
}

}  // namespace treadle::saga
