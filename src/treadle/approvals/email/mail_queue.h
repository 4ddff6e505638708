// Mails on their way to the SMTP server: a bounded queue and the one thread that blocks on the network.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "treadle/approvals/email/smtp.h"
#include "treadle/base/result.h"

namespace treadle::approvals::email {

struct QueuedMail {
  std::string to;
  std::string message;  // write_mail()
  std::move_only_function<void(Result<void, SmtpError>)> done;
};

struct MailQueueOptions {
  std::size_t waiting_max = 1'000;
  // A mail that has waited this long fails for now: whoever sent it sends it again.
  std::chrono::milliseconds wait_max{20'000};
};

class MailQueue {
 public:
  using Send =
      std::function<Result<void, SmtpError>(std::string const& to, std::string const& message)>;

  // `send` blocks; it is called on the queue's thread alone.
  MailQueue(Send send, MailQueueOptions options);
  MailQueue(MailQueue const&) = delete;
  auto operator=(MailQueue const&) -> MailQueue& = delete;
  // Ends after the mail that is under way; of what waits, `done` is not called.
  ~MailQueue();

  // `done` once, on the queue's thread; at once, here, where the queue is full. Any thread.
  void add(QueuedMail mail);

 private:
  struct Waiting {
    QueuedMail mail;
    std::chrono::steady_clock::time_point since;
  };
  void work(std::stop_token stop);

  Send const send_;
  MailQueueOptions const options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Waiting> waiting_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace treadle::approvals::email
