// Office: what the parts of the core share. All of it belongs to one event loop, but for reads of the
// store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "treadle/approvals/agenda.h"
#include "treadle/approvals/audit_log.h"
#include "treadle/approvals/decisions.h"
#include "treadle/approvals/describe.h"
#include "treadle/base/clock.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/catalog.h"
#include "treadle/runtime/router.h"
#include "treadle/runtime/wait_reader.h"
#include "treadle/store/store.h"

namespace treadle::approvals {

struct CoreOptions {
  Settings settings;
  double time_scale = 1.0;
  // A write failed: nothing more may be acknowledged. Any thread.
  std::function<void(std::string const& why)> fail_stop;
};

class Office {
 public:
  Office(store::Store& store, net::EventLoop& loop, Clock const& clock, CoreOptions options,
         AuditLog audit, Agenda::OnDue on_due);

  // What decisions go to, and what definitions say: known once there is an engine.
  void attach(runtime::Router& to, runtime::Catalog& catalog);

  // Any thread.
  [[nodiscard]] auto find(runtime::ApprovalKey const& task) const
      -> runtime::Answer<std::optional<Described>>;
  [[nodiscard]] auto list(runtime::WaitListRequest const& request) const
      -> runtime::Answer<runtime::WaitListPage>;

  // Commits the batch; then `done` runs on the loop.
  void submit(store::Batch batch, net::Task done);
  // The same, with the agenda's row `key` erased: it was attended to.
  void finish(runtime::AgendaKey const& key, store::Batch batch);
  // Puts a row into the agenda, which looks at it once it is committed.
  void plan(store::Batch& batch, runtime::AgendaKey const& key, std::string_view value = {});

  store::Store& store;
  net::EventLoop& loop;
  Clock const& clock;
  CoreOptions const options;
  AuditLog audit;
  Agenda agenda;
  runtime::Router* router = nullptr;

 private:
  // Rows of batches that are not submitted yet: when the first is due.
  std::optional<Timestamp> planned_;
  runtime::WaitReader reader_;
  runtime::Catalog const* catalog_ = nullptr;
  std::unique_ptr<StateComments> comments_;
};

}  // namespace treadle::approvals
