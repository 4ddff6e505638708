// The payloads of one execution while commands are decided: JSON that is written
// once and shared by number.
//
// Values and texts live in the table's arena. A payload made here is new until it is
// stored; an older one is fetched by the loader on first use. Standard executions have a
// table a command, Express ones a table each.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/record/ids.h"

namespace treadle::record {

class PayloadTable {
 public:
  // Gives the stored text of a payload that is not in the table; the text need only live until it
  // returns. It may not fail: a payload that the journal names is there, or the store is broken.
  using Loader = std::function<std::string_view(PayloadId)>;

  explicit PayloadTable(json::Arena& arena, PayloadId next = PayloadId{1}, Loader loader = {});

  // A new payload. The value must live in the arena (or longer).
  auto add(json::Value value) -> PayloadId;
  // A new payload from JSON text that is known to be valid; copied. It prints as this text.
  auto add_text(std::string_view text) -> PayloadId;

  // Begins again in the memory that it has, as if it were made just now. What it gave out is gone.
  void clear(PayloadId next = PayloadId{1}, Loader loader = {});

  // A new payload from text that nobody has checked, and that outlives the table. nullopt: it is not JSON.
  [[nodiscard]] auto add_unchecked(std::string_view text) -> std::optional<PayloadId>;

  // Forgets the new payloads from `id` on, which is then the next.
  void forget_from(PayloadId id);

  // The payload parsed; its source() is the stored text.
  [[nodiscard]] auto value(PayloadId id) -> json::Value;
  // The payload's text.
  [[nodiscard]] auto text(PayloadId id) -> std::string_view;
  // Bytes of text(id), without printing it.
  [[nodiscard]] auto size(PayloadId id) -> std::size_t;

  [[nodiscard]] auto arena() -> json::Arena& { return arena_; }
  [[nodiscard]] auto first_new() const -> PayloadId { return first_; }
  [[nodiscard]] auto next() const -> PayloadId {
    return PayloadId{first_.value() + static_cast<std::uint32_t>(fresh_.size())};
  }

 private:
  struct Entry {
    PayloadId id;
    json::Value value;
    std::string_view text;
    bool parsed = false;
    bool printed = false;
  };
  [[nodiscard]] auto entry(PayloadId id) -> Entry&;

  json::Arena& arena_;
  PayloadId first_;
  Loader loader_;
  std::vector<Entry> fresh_;   // first_, first_ + 1, ...
  std::vector<Entry> loaded_;  // older ones, few
};

}  // namespace treadle::record
