#include "treadle/approvals/refusals.h"

#include "treadle/base/utf8.h"

namespace treadle::approvals {
namespace {

constexpr std::uint32_t kWrittenMax = 10;
constexpr auto kSpan = std::chrono::seconds(1);
constexpr std::size_t kIdBytes = 100;
constexpr std::size_t kTextBytes = 300;

auto cut(std::string const& text, std::size_t bytes) -> std::string {
  return utf8::is_valid(text) ? std::string(utf8::truncate(text, bytes)) : "(no UTF-8)";
}

}  // namespace

void Refusals::note(Decisions::RefusedAttempt attempt, std::string const& approver) {
  auto const now = office_.clock.now();
  if (now - second_ >= kSpan || now < second_) {
    write_rest();
    second_ = now;
    written_ = 0;
  }
  if (++written_ > kWrittenMax) {
    ++rest_;
    if (is_armed_) return;
    is_armed_ = true;
    office_.loop
        .run_after(kSpan,
                   [this] {
                     is_armed_ = false;
                     write_rest();
                   })
        .detach();
    return;
  }
  json::ObjectWriter details;
  details.text("approval", cut(attempt.approval_id, kIdBytes))
      .text("why", cut(attempt.why, kTextBytes))
      .text("via", cut(attempt.via, kIdBytes));
  if (!approver.empty()) details.text("approver", cut(approver, kTextBytes));
  if (!attempt.origin.ip.empty()) details.text("ip", cut(attempt.origin.ip, kIdBytes));
  if (!attempt.origin.user_agent.empty())
    details.text("userAgent", cut(attempt.origin.user_agent, kTextBytes));
  store::Batch batch;
  office_.audit.add(batch, "approval.refused", std::move(details));
  office_.submit(std::move(batch), [] {});
}

void Refusals::write_rest() {
  if (rest_ == 0) return;
  json::ObjectWriter details;
  details.number("count", rest_).text("why", "more attempts were refused than are written down");
  rest_ = 0;
  store::Batch batch;
  office_.audit.add(batch, "approval.refused-more", std::move(details));
  office_.submit(std::move(batch), [] {});
}

}  // namespace treadle::approvals
