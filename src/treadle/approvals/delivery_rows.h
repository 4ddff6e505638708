// Rows of messages to recipients, and the kinds of the agenda that are this module's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/channel.h"
#include "treadle/runtime/wait_rows.h"
#include "treadle/store/store.h"

namespace treadle::approvals {

// number: of the reminder, else of the delivery, below 256. Value: what is known of earlier attempts.
inline constexpr auto kDeliver = runtime::AgendaKind{16};    // a message to one recipient
inline constexpr auto kRemind = runtime::AgendaKind{17};     // everybody who was told
inline constexpr auto kRemindOne = runtime::AgendaKind{18};  // one of them
inline constexpr auto kEscalate = runtime::AgendaKind{19};
inline constexpr auto kAct = runtime::AgendaKind{20};  // what is done when nobody decides
// A message shows the votes so far: 256 times their number are added to the row's, so that what comes
// within one millisecond has rows of its own.
inline constexpr auto kShowVotes = runtime::AgendaKind{21};
inline constexpr auto kShowEnd = runtime::AgendaKind{22};
[[nodiscard]] constexpr auto delivery_of(runtime::AgendaKey const& key) -> std::uint16_t {
  return key.number & 0xFFU;
}

// ---- delivery: (place, history id, number) -> a message to one recipient ----
struct DeliveryRow {
  MessageKind kind = MessageKind::kAnnouncement;
  Recipient recipient;
  std::optional<std::string> reference;  // once it was delivered
};
struct Delivery {
  std::uint16_t number = 0;
  DeliveryRow row;
};
[[nodiscard]] auto delivery_key(runtime::ApprovalKey const& task, std::uint16_t number)
    -> std::string;
[[nodiscard]] auto write_delivery(DeliveryRow const& row) -> std::string;
[[nodiscard]] auto read_delivery(std::string_view row) -> std::optional<DeliveryRow>;
[[nodiscard]] auto find_delivery(store::Store const& store, runtime::ApprovalKey const& task,
                                 std::uint16_t number) -> std::optional<DeliveryRow>;
// By ascending number.
[[nodiscard]] auto deliveries_of(store::Store const& store, runtime::ApprovalKey const& task)
    -> std::vector<Delivery>;

}  // namespace treadle::approvals
