// Courier: what is due of an approval that somebody attends to: messages, reminders, escalation, the
// decision of time, and the end.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "treadle/approvals/ballot.h"
#include "treadle/approvals/channel.h"
#include "treadle/approvals/delivery_rows.h"
#include "treadle/approvals/office.h"

namespace treadle::approvals {

// Belongs to the office's loop.
class Courier {
 public:
  explicit Courier(Office& office) : office_(office) {}

  // Before anything is due.
  void add_channel(Channel& channel);
  void set_ballot(Ballot& ballot) { ballot_ = &ballot; }

  // Attends to a row of the agenda whose time has come.
  void attend(runtime::AgendaKey const& key, std::string const& value);
  // The messages of the approval show its votes from now on; planned with `batch`.
  void show_votes(store::Batch& batch, Approval const& approval);

 private:
  // A message that is being carried.
  struct Errand {
    runtime::AgendaKey key;
    std::uint32_t attempts = 0;  // before this one
    Timestamp first_due;         // of the first attempt
    Delivery delivery;
    Approval approval;
  };
  using Carried = std::expected<Delivered, DeliveryError>;

  void begin(runtime::AgendaKey const& key, Described const& described);
  void plan_times(store::Batch& batch, Described const& described);
  void plan_deliveries(store::Batch& batch, Approval const& approval, MessageKind kind,
                       std::vector<Recipient> const& recipients, std::size_t first);
  void end(runtime::AgendaKey const& key, Described const& described);
  void operation(runtime::AgendaKey const& key, std::string const& value);
  void remind(runtime::AgendaKey const& key);
  void escalate(runtime::AgendaKey const& key, Described const& described);
  void act(runtime::AgendaKey const& key, Described const& described);
  void carry(runtime::AgendaKey const& key, std::string const& value, Described&& described);
  void hand_over(std::shared_ptr<Errand> const& errand, Channel& channel);
  void carried(Errand& errand, Carried const& result);
  void delivered(Errand& errand, Delivered const& delivered);
  void failed(Errand& errand, DeliveryError const& error);
  void drop(runtime::AgendaKey const& key) { office_.finish(key, {}); }
  void drop_delivery(runtime::AgendaKey const& key);

  Office& office_;
  Ballot* ballot_ = nullptr;
  std::map<std::string, Channel*, std::less<>> channels_;
  std::set<std::string> busy_;  // deliveries that a channel has in hand, by key
};

}  // namespace treadle::approvals
