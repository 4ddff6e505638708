#include "treadle/approvals/office.h"

#include <algorithm>

#include "treadle/approvals/machine_tags.h"

namespace treadle::approvals {

Office::Office(store::Store& store_of, net::EventLoop& loop_of, Clock const& clock_of,
               CoreOptions core_options, AuditLog audit_log, Agenda::OnDue on_due)
    : store(store_of),
      loop(loop_of),
      clock(clock_of),
      options(std::move(core_options)),
      audit(std::move(audit_log)),
      agenda(loop_of, store_of, clock_of, std::move(on_due)),
      reader_(store_of) {}

void Office::attach(runtime::Router& to, runtime::Catalog& catalog) {
  router = &to;
  catalog_ = &catalog;
  comments_ = std::make_unique<StateComments>(catalog.definitions());
}

auto Office::find(runtime::ApprovalKey const& task) const
    -> runtime::Answer<std::optional<Described>> {
  auto const wait = TRY(reader_.find(task));
  if (!wait) return std::nullopt;
  auto const& arn = wait->execution.state_machine_arn;
  std::optional<Rules> tagged;
  if (!options.settings.find(machine_name_of(arn), wait->row.state_name))
    if (auto const machine = TRY(catalog_->find_machine(arn))) tagged = rules_of(machine->tags);
  return describe({.store = store,
                   .settings = options.settings,
                   .comments = *comments_,
                   .tagged = std::move(tagged),
                   .time_scale = options.time_scale},
                  *wait, clock.now());
}

auto Office::list(runtime::WaitListRequest const& request) const
    -> runtime::Answer<runtime::WaitListPage> {
  return reader_.list(request);
}

void Office::submit(store::Batch batch, net::Task done) {
  auto const planned = std::exchange(planned_, std::nullopt);
  store.submit(std::move(batch),
               [this, planned, done = std::move(done)](store::CommitOutcome outcome) mutable {
                 if (outcome != store::CommitOutcome::kCommitted)
                   return options.fail_stop("a commit of the approvals failed");
                 loop.post([this, planned, done = std::move(done)]() mutable {
                   if (planned) agenda.added(*planned);
                   done();
                 });
               });
}

void Office::finish(runtime::AgendaKey const& key, store::Batch batch) {
  batch.erase(store::Table::kAgenda, runtime::agenda_key(key));
  submit(std::move(batch), [this, key] { agenda.finished(key); });
}

void Office::plan(store::Batch& batch, runtime::AgendaKey const& key, std::string_view value) {
  batch.put(store::Table::kAgenda, runtime::agenda_key(key), value);
  planned_ = planned_ ? std::min(*planned_, key.due) : key.due;
}

}  // namespace treadle::approvals
