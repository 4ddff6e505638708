// Channel: a way to tell people that something waits for them, and how it ended.
//
// The core decides what is sent to whom and when, keeps what was delivered, tries again what failed
// for now, and writes deliveries into the audit log. A channel forms messages and carries them.
//
// Threads   Called on one event loop; must not block. `done` is called exactly once, on any thread,
//           perhaps before the call returns. A call that takes over a minute counts as one that
//           failed for now; its `done` may still come, and is ignored.
// Repeats   After a crash a message whose delivery was not yet written down is sent again, with the
//           same `key`: a channel that can tells its service (Message-ID, client_msg_id).
// Lifetime  Channels outlive the core.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/settings.h"

namespace treadle::approvals {

enum class MessageKind : std::uint8_t { kAnnouncement, kReminder, kEscalation };

// What is to be told to one recipient.
struct Message {
  MessageKind kind = MessageKind::kAnnouncement;
  Approval approval;  // as it is now
  Recipient recipient;
  std::string key;  // names this message for ever; URL-safe, under 100 characters
};

// What a channel needs to change or to answer the message later: JSON text, at most 4 KiB, such as
// {"channel":"C024BE91L","ts":"1503435956.000247"} or {"messageId":"<...>"}. Also shown in the audit
// log: no secrets.
struct Delivered {
  std::string reference = "{}";
};

struct DeliveryError {
  enum class Kind : std::uint8_t {
    kForNow,   // it is tried again, with a growing delay, as long as it is of use
    kForGood,  // no attempt can do better: no such channel, an address that is refused
  };
  Kind kind = Kind::kForNow;
  std::string message;                                // for the operator; no secrets
  std::optional<std::chrono::seconds> retry_after{};  // what the service asked for
};

using OnDelivered = std::move_only_function<void(std::expected<Delivered, DeliveryError>)>;
using OnUpdated = std::move_only_function<void(std::expected<void, DeliveryError>)>;

class Channel {
 public:
  virtual ~Channel() = default;

  // As settings name it: "slack", "email". Constant.
  [[nodiscard]] virtual auto name() const -> std::string_view = 0;

  // kAnnouncement and kEscalation.
  virtual void announce(Message message, OnDelivered done) = 0;

  // kReminder: `announced` is what the announcement to the same recipient returned.
  virtual void remind(Message message, Delivered announced, OnUpdated done) = 0;

  // Something has changed since `announced`: a vote, or the end (message.approval.status, .votes,
  // .decision). A channel whose messages can't be changed answers that it is done.
  virtual void update(Message message, Delivered announced, OnUpdated done) = 0;
};

}  // namespace treadle::approvals
