#include "treadle/expr/jsonata/write.h"

#include <cmath>

#include "treadle/base/limits.h"
#include "treadle/expr/jsonata/number_text.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

class Writer {
 public:
  Writer(Evaluator& evaluator, std::string& out, Layout layout)
      : evaluator_(evaluator), out_(out), layout_(layout) {}

  auto write(Item item, std::uint32_t depth) -> Eval<void> {
    TRY(evaluator_.spend());
    if (depth > limits::kPayloadDepth)
      return evaluator_.fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
    if (item.is_string()) {
      TRY(evaluator_.spend_on_text(item.string().size()));
      json::append_string(out_, item.string());
    } else if (item.is_number()) {
      auto const number = item.number();
      if (!std::isfinite(number) && depth == 0) return evaluator_.fail("D3001");
      out_ += string_of_number(TRY(evaluator_.check_number(number)));
    } else if (item.is_bool()) {
      out_ += item.boolean() ? "true" : "false";
    } else if (item.is_function()) {
      if (depth > 0) out_ += "\"\"";
    } else if (item.is_array()) {
      return array(item, depth);
    } else if (item.is_object()) {
      return object(item, depth);
    } else {
      out_ += "null";
    }
    return {};
  }

 private:
  auto array(Item item, std::uint32_t depth) -> Eval<void> {
    auto const size = item.size();
    out_ += '[';
    for (std::size_t i = 0; i < size; ++i) {
      TRY(begin(i > 0, depth + 1));
      TRY(write(item.at(i), depth + 1));
    }
    end(size > 0, depth);
    out_ += ']';
    return {};
  }

  auto object(Item item, std::uint32_t depth) -> Eval<void> {
    bool has_members = false;
    out_ += '{';
    auto const visit = [&](std::string_view key, Item value) -> Eval<void> {
      if (!value.is_defined()) return {};
      TRY(begin(std::exchange(has_members, true), depth + 1));
      json::append_string(out_, key);
      out_ += layout_ == Layout::kCompact ? ":" : ": ";
      return write(value, depth + 1);
    };
    TRY(evaluator_.each_member(item, visit));
    end(has_members, depth);
    out_ += '}';
    return {};
  }

  auto begin(bool follows, std::uint32_t depth) -> Eval<void> {
    if (follows) out_ += ',';
    line(depth);
    return evaluator_.reserve(out_.size());
  }

  void end(bool has_items, std::uint32_t depth) {
    if (has_items) line(depth);
  }

  void line(std::uint32_t depth) {
    if (layout_ == Layout::kCompact) return;
    out_ += '\n';
    out_.append(std::size_t{2} * depth, ' ');
  }

  Evaluator& evaluator_;
  std::string& out_;
  Layout layout_;
};

}  // namespace

auto write_json(Evaluator& evaluator, std::string& out, Item item, Layout layout) -> Eval<void> {
  return Writer(evaluator, out, layout).write(item, 0);
}

}  // namespace treadle::expr::jsonata
