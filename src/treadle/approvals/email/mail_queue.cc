#include "treadle/approvals/email/mail_queue.h"

#include <utility>

namespace treadle::approvals::email {
namespace {

auto for_now(std::string why) -> std::unexpected<SmtpError> {
  return std::unexpected(SmtpError{SmtpError::Kind::kForNow, std::move(why)});
}

}  // namespace

MailQueue::MailQueue(Send send, MailQueueOptions options)
    : send_(std::move(send)),
      options_(options),
      thread_([this](std::stop_token const& stop) { work(stop); }) {}

MailQueue::~MailQueue() {
  thread_.request_stop();
  thread_.join();
}

void MailQueue::add(QueuedMail mail) {
  {
    std::lock_guard const lock(mutex_);
    if (waiting_.size() < options_.waiting_max) {
      waiting_.push_back({std::move(mail), std::chrono::steady_clock::now()});
      changed_.notify_one();
      return;
    }
  }
  mail.done(for_now("too many mails wait for the server"));
}

void MailQueue::work(std::stop_token stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) || stop.stop_requested())
      return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    bool const is_late = std::chrono::steady_clock::now() - next.since > options_.wait_max;
    if (is_late)
      next.mail.done(for_now("the mail waited too long for its turn"));
    else
      next.mail.done(send_(next.mail.to, next.mail.message));
  }
}

}  // namespace treadle::approvals::email
