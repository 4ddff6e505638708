// The channel "email": mails with a link of their own for each recipient.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "treadle/approvals/channel.h"
#include "treadle/approvals/email/mail_queue.h"
#include "treadle/approvals/email/settings.h"
#include "treadle/approvals/pages/links.h"
#include "treadle/base/clock.h"

namespace treadle::approvals::email {

struct EmailOptions {
  Settings settings;
  pages::LinkKeys keys;
  std::string
      public_url;  // what links begin with: "https://approvals.example.com", no '/' at its end
};

class EmailChannel final : public Channel {
 public:
  // `clock` outlives it. Mails are sent on a thread of its own.
  EmailChannel(EmailOptions options, Clock const& clock);
  ~EmailChannel() override;

  [[nodiscard]] auto name() const -> std::string_view override { return "email"; }
  void announce(Message message, OnDelivered done) override;
  void remind(Message message, Delivered announced, OnUpdated done) override;
  // A mail can't be changed: its link shows what was decided.
  void update(Message message, Delivered announced, OnUpdated done) override;

 private:
  void send(Message const& message, std::string const& message_id, std::string const& in_reply_to,
            std::move_only_function<void(Result<void, SmtpError>)> done);

  EmailOptions const options_;
  Clock const& clock_;
  SmtpClient client_;  // of the queue's thread
  MailQueue queue_;
};

// The mail for one recipient; `to` passes is_address().
[[nodiscard]] auto make_mail(EmailOptions const& options, Message const& message, Timestamp now)
    -> Mail;

}  // namespace treadle::approvals::email
