// Courier: one message to one recipient, carried by a channel.

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "treadle/approvals/courier.h"
#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"
#include "treadle/base/log.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::approvals {
namespace {

using runtime::AgendaKey;
using store::Table;

constexpr auto kCarryTime = std::chrono::minutes(1);
constexpr Milliseconds kBusyAgain{200};
constexpr std::uint32_t kAttemptsMax = 20;
constexpr Milliseconds kDelayFirst{1'000};
constexpr Milliseconds kDelayMost{900'000};
constexpr std::size_t kReferenceBytes = 4'096;

// What a row of the agenda keeps of earlier attempts: "ATTEMPTS DUE", due: when the first was.
struct Tries {
  std::uint32_t attempts = 0;
  Timestamp first_due;
};
auto tries_of(AgendaKey const& key, std::string const& value) -> Tries {
  Tries out{.attempts = 0, .first_due = key.due};
  auto const* const end = value.data() + value.size();
  auto const [at, error] = std::from_chars(value.data(), end, out.attempts);
  std::int64_t due = 0;
  if (error == std::errc{} && at != end && std::from_chars(at + 1, end, due).ec == std::errc{})
    out.first_due = Timestamp{Milliseconds{due}};
  return out;
}
auto write_tries(Tries const& tries) -> std::string {
  return fmt::format("{} {}", tries.attempts, tries.first_due.time_since_epoch().count());
}

auto delay_after(std::uint32_t attempts, DeliveryError const& error) -> Milliseconds {
  auto const shift = std::min(attempts, 10U);
  auto const delay = std::min(kDelayMost, kDelayFirst * (1U << shift));
  return error.retry_after ? std::max<Milliseconds>(delay, *error.retry_after) : delay;
}

// The same at every attempt, and at no other message.
auto message_key(AgendaKey const& key, Timestamp first_due, Approval const& approval)
    -> std::string {
  auto text = approval.id + "/" + std::to_string(static_cast<int>(key.kind)) + "/" +
              std::to_string(key.number);
  // Reminders and updates come more than once.
  if (key.kind != kDeliver) text += "/" + std::to_string(first_due.time_since_epoch().count());
  auto const digest = sha256(text);
  return base64_encode(bytes_of(digest).substr(0, 24), Base64::kUrlSafe);
}

auto audit_kind(AgendaKey const& key) -> std::string_view {
  if (key.kind == kDeliver) return "approval.delivered";
  return key.kind == kRemindOne ? "approval.reminded" : "approval.updated";
}

auto about(Approval const& approval, Delivery const& delivery) -> json::ObjectWriter {
  json::ObjectWriter out;
  out.text("approval", approval.id)
      .text("execution", approval.execution_arn)
      .text("channel", delivery.row.recipient.channel)
      .text("address", delivery.row.recipient.address);
  return out;
}

}  // namespace

void Courier::carry(AgendaKey const& key, std::string const& value, Described&& described) {
  auto row = find_delivery(office_.store, key.task, delivery_of(key));
  if (!row || (key.kind != kDeliver && !row->reference)) return drop(key);
  // One after the other: what is carried last is what the message shows.
  if (!busy_.insert(delivery_key(key.task, delivery_of(key))).second)
    return office_.agenda.again(key, kBusyAgain);
  auto const tries = tries_of(key, value);
  auto errand = std::make_shared<Errand>(Errand{.key = key,
                                                .attempts = tries.attempts,
                                                .first_due = tries.first_due,
                                                .delivery = {delivery_of(key), *std::move(row)},
                                                .approval = std::move(described.approval)});
  auto const channel = channels_.find(errand->delivery.row.recipient.channel);
  if (channel == channels_.end())
    return carried(*errand,
                   std::unexpected(DeliveryError{.kind = DeliveryError::Kind::kForGood,
                                                 .message = "there is no channel of that name",
                                                 .retry_after = {}}));
  hand_over(errand, *channel->second);
}

void Courier::hand_over(std::shared_ptr<Errand> const& errand, Channel& channel) {
  // The channel's answer, or that it took too long: what comes first.
  auto const is_done = std::make_shared<bool>(false);
  auto const finish = [this, errand, is_done](Carried const& result) {
    if (std::exchange(*is_done, true)) return;
    carried(*errand, result);
  };
  office_.loop
      .run_after(kCarryTime,
                 [finish] {
                   finish(std::unexpected(DeliveryError{.kind = DeliveryError::Kind::kForNow,
                                                        .message = "the channel takes too long",
                                                        .retry_after = {}}));
                 })
      .detach();
  auto const later = [this, finish](Carried result) {
    office_.loop.post([finish, result = std::move(result)] { finish(result); });
  };
  Message message{.kind = errand->delivery.row.kind,
                  .approval = errand->approval,
                  .recipient = errand->delivery.row.recipient,
                  .key = message_key(errand->key, errand->first_due, errand->approval)};
  if (errand->key.kind == kDeliver)
    return channel.announce(std::move(message),
                            [later](Carried result) { later(std::move(result)); });
  Delivered announced{*errand->delivery.row.reference};
  auto changed = [later, announced](std::expected<void, DeliveryError> result) {
    later(result ? Carried(announced) : Carried(std::unexpected(std::move(result.error()))));
  };
  if (errand->key.kind == kRemindOne) {
    message.kind = MessageKind::kReminder;
    return channel.remind(std::move(message), std::move(announced), std::move(changed));
  }
  channel.update(std::move(message), std::move(announced), std::move(changed));
}

void Courier::carried(Errand& errand, Carried const& result) {
  busy_.erase(delivery_key(errand.key.task, delivery_of(errand.key)));
  if (result && result->reference.size() <= kReferenceBytes) return delivered(errand, *result);
  if (result)
    return failed(errand, {.kind = DeliveryError::Kind::kForGood,
                           .message = "the channel's reference is too long",
                           .retry_after = {}});
  failed(errand, result.error());
}

void Courier::delivered(Errand& errand, Delivered const& done) {
  auto const& key = errand.key;
  store::Batch batch;
  auto details = about(errand.approval, errand.delivery);
  json::Arena arena;
  if (json::parse(arena, done.reference))
    details.raw("reference", done.reference);
  else
    details.text("reference", done.reference);
  office_.audit.add(batch, audit_kind(key), std::move(details));
  auto const row_key = delivery_key(key.task, delivery_of(key));
  if (key.kind == kDeliver) {
    errand.delivery.row.reference = done.reference;
    batch.put(Table::kDelivery, row_key, write_delivery(errand.delivery.row));
    // It may have ended while the message was on its way: then nobody else updates it.
    auto const now = office_.find(key.task);
    if (now && *now && (*now)->approval.status != Status::kPending)
      office_.plan(batch, {office_.clock.now(), key.task, kShowEnd, delivery_of(key)});
  } else if (key.kind == kShowEnd) {
    batch.erase(Table::kDelivery, row_key);
  }
  office_.finish(key, std::move(batch));
}

void Courier::failed(Errand& errand, DeliveryError const& error) {
  auto const& key = errand.key;
  auto const& to = errand.delivery.row.recipient;
  bool const is_last =
      error.kind == DeliveryError::Kind::kForGood || errand.attempts + 1 >= kAttemptsMax;
  log(LogLevel::kWarning,
      is_last ? "a message about an approval is given up"
              : "a message about an approval was not delivered, and is tried again",
      {{"approval", errand.approval.id},
       {"channel", to.channel},
       {"address", to.address},
       {"cause", error.message}});
  store::Batch batch;
  if (is_last) {
    auto details = about(errand.approval, errand.delivery);
    details.text("message", audit_kind(key)).text("why", error.message);
    office_.audit.add(batch, "approval.delivery-failed", std::move(details));
    if (key.kind == kDeliver || key.kind == kShowEnd)
      batch.erase(Table::kDelivery, delivery_key(key.task, delivery_of(key)));
    return office_.finish(key, std::move(batch));
  }
  // Under another time it is another row; what names the message must not change with it.
  auto const due = office_.clock.now() + delay_after(errand.attempts, error);
  office_.plan(batch, {due, key.task, key.kind, key.number},
               write_tries({errand.attempts + 1, errand.first_due}));
  office_.finish(key, std::move(batch));
}

}  // namespace treadle::approvals
