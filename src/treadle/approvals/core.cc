#include "treadle/approvals/core.h"

#include <algorithm>
#include <charconv>

#include "treadle/approvals/approval_id.h"
#include "treadle/base/base64.h"
#include "treadle/base/utf8.h"

namespace treadle::approvals {
namespace {

constexpr std::size_t kListMax = 200;
constexpr std::size_t kUserAgentBytes = 300;

auto clean(std::string const& text) -> std::string {
  return utf8::is_valid(text) ? std::string(utf8::truncate(text, kUserAgentBytes)) : std::string();
}

auto row_of_sessions(std::string_view key_id) -> std::string {
  return "approvals/sessions/" + std::string(key_id);
}

auto about(SessionNote const& note) -> json::ObjectWriter {
  json::ObjectWriter out;
  out.text("accessKey", note.key_id).text("approver", note.approver);
  if (!note.origin.ip.empty()) out.text("ip", note.origin.ip);
  if (!note.origin.user_agent.empty()) out.text("userAgent", clean(note.origin.user_agent));
  return out;
}

}  // namespace

auto Core::open(store::Store& store, net::EventLoop& loop, Clock const& clock, CoreOptions options)
    -> Result<std::unique_ptr<Core>, std::string> {
  auto audit = TRY(AuditLog::open(store, clock));
  return std::unique_ptr<Core>(new Core(store, loop, clock, std::move(options), std::move(audit)));
}

Core::Core(store::Store& store, net::EventLoop& loop, Clock const& clock, CoreOptions options,
           AuditLog audit)
    : office_(store, loop, clock, std::move(options), std::move(audit),
              [this](runtime::AgendaKey const& key, std::string const& value) {
                courier_.attend(key, value);
              }),
      refusals_(office_),
      courier_(office_),
      ballot_(office_, refusals_, [this](store::Batch& batch, Approval const& approval) {
        courier_.show_votes(batch, approval);
      }) {
  courier_.set_ballot(ballot_);
}

auto Core::hooks() -> runtime::WaitHooks {
  return {
      .attends =
          [this](runtime::WaitBegins const& wait) {
            if (wait.resource_type == kResourceType) return true;
            auto const rules = office_.options.settings.find(
                machine_name_of(wait.state_machine_arn), wait.state_name);
            return rules != nullptr && asks_for_attention(*rules);
          },
      .on_agenda =
          [this](Timestamp due) { office_.loop.post([this, due] { office_.agenda.added(due); }); }};
}

void Core::attach(runtime::Router& router, runtime::Catalog& catalog) {
  office_.attach(router, catalog);
}

void Core::start() {
  office_.loop.post([this] { office_.agenda.start(); });
}

void Core::clock_moved() {
  office_.loop.post([this] { office_.agenda.look(); });
}

void Core::stop() { refusals_.flush(); }

void Core::decide(DecisionRequest request, OnOutcome done) {
  request.origin.user_agent = clean(request.origin.user_agent);
  office_.loop.post([this, request = std::move(request), done = std::move(done)]() mutable {
    ballot_.decide(std::move(request), std::move(done));
  });
}

auto Core::find(std::string_view approval_id) -> std::optional<Approval> {
  auto const task = read_approval_id(office_.store.secret(), approval_id);
  if (!task) return std::nullopt;
  auto found = office_.find(*task);
  if (!found || !*found) return std::nullopt;
  return std::move((*found)->approval);
}

auto Core::view(std::string_view approval_id, Approver const& viewer, std::string_view via,
                Origin const& origin) -> std::optional<Approval> {
  auto found = find(approval_id);
  if (!found) {
    note_refused({.what = Refused::kApproval,
                  .approval_id = std::string(approval_id),
                  .via = std::string(via),
                  .why = "there is no approval of that id",
                  .approver = viewer.id,
                  .origin = origin});
    return found;
  }
  json::ObjectWriter details;
  details.text("approval", found->id)
      .text("execution", found->execution_arn)
      .text("status", status_name(found->status))
      .text("via", via);
  if (!viewer.id.empty()) details.text("viewer", clean(viewer.id));
  if (!viewer.authenticated.empty()) details.text("authenticated", clean(viewer.authenticated));
  if (!origin.ip.empty()) details.text("ip", origin.ip);
  if (!origin.user_agent.empty()) details.text("userAgent", clean(origin.user_agent));
  office_.loop.post([this, details = std::move(details)]() mutable {
    store::Batch batch;
    office_.audit.add(batch, "approval.viewed", std::move(details));
    office_.submit(std::move(batch), [] {});
  });
  return found;
}

auto Core::list(ListQuery const& query) -> std::expected<ListPage, ListError> {
  bool const is_pending = query.which == ListQuery::Which::kPending;
  runtime::WaitListRequest request{
      .list = is_pending ? runtime::WaitList::kOpen : runtime::WaitList::kEnded,
      .state_machine_arn = query.state_machine_arn,
      .limit = std::clamp<std::size_t>(query.limit, 1, kListMax)};
  if (!query.after.empty()) {
    auto position = base64_decode(query.after, Base64::kUrlSafe);
    if (!position || position->size() != runtime::wait_list_key({}).size() ||
        !position->starts_with(runtime::wait_list_prefix(request.list)))
      return std::unexpected(ListError::kBadPosition);
    request.after = *std::move(position);
  }
  auto const page = office_.list(request);
  if (!page) return std::unexpected(ListError::kUnavailable);
  ListPage out;
  for (auto const& task : page->tasks) {
    auto found = office_.find(task);
    if (!found) return std::unexpected(ListError::kUnavailable);
    // One that has ended since is in the other list by now.
    if (*found && is_pending == ((*found)->approval.status == Status::kPending))
      out.approvals.push_back(std::move((*found)->approval));
  }
  if (!page->next.empty()) out.next = base64_encode(page->next, Base64::kUrlSafe);
  return out;
}

void Core::note_refused(RefusedAttempt attempt) {
  office_.loop.post([this, attempt = std::move(attempt)]() { refusals_.note(attempt); });
}

auto Core::may_decide(Approval const& approval, Approver const& approver) const
    -> std::expected<void, NotAllowed> {
  auto who = allowed_as(approval, approver);
  if (!who) return std::unexpected(std::move(who.error()));
  return {};
}

void Core::note_opened(SessionNote note, std::move_only_function<void()> done) {
  office_.loop.post([this, note = std::move(note), done = std::move(done)]() mutable {
    store::Batch batch;
    office_.audit.add(batch, "session.opened", about(note));
    office_.submit(std::move(batch), std::move(done));
  });
}

// The row has the time in milliseconds.
void Core::note_ended(SessionNote note, Timestamp at, std::move_only_function<void()> done) {
  office_.loop.post([this, note = std::move(note), at, done = std::move(done)]() mutable {
    store::Batch batch;
    batch.put(store::Table::kMeta, row_of_sessions(note.key_id),
              std::to_string(at.time_since_epoch().count()));
    office_.audit.add(batch, "session.ended", about(note));
    office_.submit(std::move(batch), std::move(done));
  });
}

auto Core::over_until(std::string_view key_id) const -> Timestamp {
  auto const row = office_.store.get(store::Table::kMeta, row_of_sessions(key_id));
  if (!row) return Timestamp::max();
  if (!*row) return Timestamp{};
  auto const& text = **row;
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool const is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole ? Timestamp{Milliseconds{value}} : Timestamp::max();
}

auto Core::settings() const -> Settings const& { return office_.options.settings; }

}  // namespace treadle::approvals
