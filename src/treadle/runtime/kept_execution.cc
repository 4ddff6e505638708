#include "treadle/runtime/kept_execution.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "treadle/base/assert.h"
#include "treadle/interpreter/project.h"
#include "treadle/record/bytes.h"
#include "treadle/record/codec.h"
#include "treadle/runtime/rows.h"

namespace treadle::runtime {
namespace {

using record::PayloadId;

// What an event takes in a row besides its payloads, about.
constexpr std::size_t kEventBytes = 64;

template <typename Head>
auto fields(Head& h) {
  return std::tie(h.execution_arn, h.name, h.state_machine_arn, h.version_arn, h.alias_arn,
                  h.trace_header, h.revision, h.status, h.started_at, h.stopped_at, h.is_cut);
}

// The greatest payload that the history shows of an event.
auto last_payload(record::JournalEvent const& event) -> PayloadId {
  PayloadId last{};
  auto const shown = interpreter::project(event);
  if (!shown) return last;
  for (auto const& field : shown->details) {
    if (auto const* id = std::get_if<PayloadId>(&field.value)) last = std::max(last, *id);
    if (auto const* assigned = std::get_if<std::span<record::Assignment const>>(&field.value))
      for (auto const& a : *assigned) last = std::max(last, a.value);
  }
  return last;
}

auto after(PayloadId id) -> PayloadId { return PayloadId{id.value() + 1}; }

}  // namespace

void ExecutionRecording::add(HistoryBatch const& batch, std::size_t bytes_max) {
  auto const end = batch.payloads.next();
  next_ = std::max(next_, batch.payloads.first_new());
  if (!is_cut_) {
    auto bytes = rows_.size() + batch.events.size() * kEventBytes;
    for (auto id = next_; id < end && bytes <= bytes_max; id = after(id))
      bytes += batch.payloads.size(id);
    if (bytes <= bytes_max) return add_row(batch, batch.events, end);
    is_cut_ = true;
    add_what_fits(batch, bytes_max);
  }
  next_ = end;
  if (!batch.state.is_over()) return;
  // What tells how it ended is kept in any case.
  if (auto const output = batch.state.output; output != PayloadId{} && output < end) {
    next_ = output;
    return add_row(batch, batch.events.last(1), after(output));
  }
  add_row(batch, batch.events.last(1), end);
}

void ExecutionRecording::add_what_fits(HistoryBatch const& batch, std::size_t bytes_max) {
  auto bytes = rows_.size();
  std::size_t count = 0;
  auto end = next_;
  for (auto const& event : batch.events) {
    auto const until = std::max(end, after(last_payload(event)));
    bytes += kEventBytes;
    for (auto id = end; id < until; id = after(id)) bytes += batch.payloads.size(id);
    if (bytes > bytes_max) break;
    end = until;
    ++count;
  }
  // The last one stands in a row of its own.
  count = std::min(count, batch.events.size() - 1);
  if (count > 0) add_row(batch, batch.events.first(count), end);
}

void ExecutionRecording::add_row(HistoryBatch const& batch,
                                 std::span<record::JournalEvent const> events, PayloadId end) {
  record::ByteWriter out(std::move(rows_));
  out.number(next_.value());
  out.number(end.value() - next_.value());
  for (auto id = next_; id < end; id = after(id)) out.put(batch.payloads.text(id));
  rows_ = out.take();
  next_ = end;
  constexpr std::uint32_t kUnknown = 0;
  auto const at = rows_.size();
  rows_.append(reinterpret_cast<char const*>(&kUnknown), sizeof kUnknown);
  record::encode_onto(rows_, events);
  auto const size = static_cast<std::uint32_t>(rows_.size() - at - sizeof kUnknown);
  std::memcpy(rows_.data() + at, &size, sizeof size);
}

auto ExecutionRecording::finish(interpreter::ExecutionState const& state) -> std::string {
  KeptHead const head{.execution_arn = state.execution_arn,
                      .name = state.name,
                      .state_machine_arn = state.state_machine_arn,
                      .version_arn = state.version_arn,
                      .alias_arn = state.alias_arn,
                      .trace_header = state.trace_header,
                      .revision = state.revision,
                      .status = status_of(state.status),
                      .started_at = state.started_at,
                      .stopped_at = state.ended_at,
                      .is_cut = is_cut_};
  constexpr std::size_t kNumbers = 48;  // of the head, and how long its texts are
  std::string bytes;
  bytes.reserve(rows_.size() + kNumbers + head.execution_arn.size() + head.name.size() +
                head.state_machine_arn.size() + head.version_arn.size() + head.alias_arn.size() +
                head.trace_header.size() + head.revision.size());
  record::ByteWriter out(std::move(bytes));
  std::apply([&out](auto const&... field) { (out.put(field), ...); }, fields(head));
  bytes = out.take();
  bytes += rows_;
  rows_.clear();
  next_ = PayloadId{1};
  is_cut_ = false;
  return bytes;
}

auto kept_head(std::string_view bytes) -> KeptHead {
  json::Arena unused;
  record::ByteReader in(bytes, unused);
  KeptHead head;
  std::apply([&in](auto&... field) { (in.get(field), ...); }, fields(head));
  TREADLE_ASSERT(in.ok());
  return head;
}

auto summary_of(KeptHead const& head) -> ExecutionSummary {
  ExecutionSummary s;
  s.execution_arn = head.execution_arn;
  s.name = head.name;
  s.state_machine_arn = head.state_machine_arn;
  s.revision = head.revision;
  s.trace_header = head.trace_header;
  s.status = head.status;
  s.started_at = head.started_at;
  s.stopped_at = head.stopped_at;
  s.version_arn = head.version_arn;
  s.alias_arn = head.alias_arn;
  return s;
}

KeptExecution::KeptExecution(std::string bytes) : bytes_(std::move(bytes)) {
  record::ByteReader in(bytes_, arena_);
  std::apply([&in](auto&... field) { (in.get(field), ...); }, fields(head_));
  while (in.ok() && !in.at_end()) {
    auto const first = static_cast<std::uint32_t>(in.number());
    auto const count = static_cast<std::uint32_t>(in.number());
    for (std::uint32_t i = 0; i < count; ++i)
      in.get(payloads_.emplace_back(PayloadId{first + i}, std::string_view()).second);
    std::uint32_t size = 0;
    auto const rest = in.rest();
    TREADLE_ASSERT(rest.size() >= sizeof size);
    std::memcpy(&size, rest.data(), sizeof size);
    auto const read = record::decode(rest.substr(sizeof size, size), arena_, events_);
    TREADLE_ASSERT(read.has_value());
    in.skip(sizeof size + size);
  }
  TREADLE_ASSERT(in.ok());
  std::ranges::stable_sort(payloads_, {}, [](auto const& p) { return p.first; });
}

auto KeptExecution::payload(PayloadId id) const -> std::string_view {
  auto const at =
      std::ranges::lower_bound(payloads_, id, {}, [](auto const& p) { return p.first; });
  return at != payloads_.end() && at->first == id ? at->second : std::string_view{};
}

auto KeptExecution::describe() const -> ExecutionDescription {
  ExecutionDescription out{
      .summary = summary_of(head_), .input = {}, .output = {}, .error = {}, .cause = {}};
  auto& s = out.summary;
  for (auto const& event : events_) {
    if (auto const* started = std::get_if<record::ExecutionStarted>(&event.fact)) {
      out.input = payload(started->input);
      s.role_arn = started->role_arn;
    }
    if (auto const* succeeded = std::get_if<record::ExecutionSucceeded>(&event.fact))
      out.output = payload(succeeded->output);
    if (auto const* ended = std::get_if<record::ExecutionEnded>(&event.fact)) {
      if (ended->error) out.error = *ended->error;
      if (ended->cause) out.cause = *ended->cause;
    }
    s.history_events = std::max(s.history_events, event.first_history_id + event.history_count - 1);
  }
  return out;
}

auto KeptExecution::history(std::shared_ptr<KeptExecution const> const& execution,
                            HistoryRequest const& request) -> HistoryPage {
  HistoryPage page;
  page.payloads = execution->payloads_;
  page.storage = std::const_pointer_cast<KeptExecution>(execution);
  auto const& events = execution->events_;
  for (std::size_t i = 0; i < events.size() && !page.more; ++i) {
    auto shown = interpreter::project(request.reverse ? events[events.size() - 1 - i] : events[i]);
    if (!shown) continue;
    bool const is_before = request.after != 0 && (request.reverse ? shown->id >= request.after
                                                                  : shown->id <= request.after);
    if (is_before) continue;
    if (page.events.size() == request.limit)
      page.more = true;
    else
      page.events.push_back(std::move(*shown));
  }
  return page;
}

}  // namespace treadle::runtime
