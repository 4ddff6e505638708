// Session log: who signed in to the pages, and out. In the audit log; and until when sessions are over.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "treadle/approvals/decisions.h"
#include "treadle/base/time.h"

namespace treadle::approvals {

struct SessionNote {
  std::string key_id;
  std::string approver;  // whom the key speaks for
  Origin origin;
};

class SessionLog {
 public:
  virtual ~SessionLog() = default;

  // `done` is called once, on any thread, when it is durable. Any thread.
  virtual void note_opened(SessionNote note, std::move_only_function<void()> done) = 0;
  // All sessions of the key that were opened up to `at` are over.
  virtual void note_ended(SessionNote note, Timestamp at, std::move_only_function<void()> done) = 0;

  // Sessions of the key that were opened up to then are over; where that can't be read, all are. Any
  // thread.
  [[nodiscard]] virtual auto over_until(std::string_view key_id) const -> Timestamp = 0;
};

}  // namespace treadle::approvals
