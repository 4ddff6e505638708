#include "treadle/approvals/email/email_channel.h"

#include <utility>

#include <fmt/format.h>

#include "treadle/approvals/email/mail.h"
#include "treadle/approvals/pages/approval_page.h"
#include "treadle/approvals/pages/html.h"
#include "treadle/approvals/pages/link_service.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::approvals::email {
namespace {

auto prefix_of(MessageKind kind) -> std::string_view {
  switch (kind) {
    case MessageKind::kAnnouncement: return "Approval required";
    case MessageKind::kReminder: return "Reminder, approval required";
    case MessageKind::kEscalation: return "Escalated, approval required";
  }
  return {};
}

auto for_good(std::string why) -> std::unexpected<DeliveryError> {
  return std::unexpected(DeliveryError{
      .kind = DeliveryError::Kind::kForGood, .message = std::move(why), .retry_after = {}});
}

auto to_error(SmtpError error) -> DeliveryError {
  return {.kind = error.kind == SmtpError::Kind::kForNow ? DeliveryError::Kind::kForNow
                                                         : DeliveryError::Kind::kForGood,
          .message = "SMTP: " + error.message,
          .retry_after = {}};
}

auto message_id_of(Delivered const& announced) -> std::string {
  json::Arena arena;
  auto const parsed = json::parse(arena, announced.reference);
  auto const* const id = parsed ? parsed->find("messageId") : nullptr;
  return id != nullptr && id->is_string() ? std::string(id->as_string()) : std::string();
}

auto expiry_sentence(Timestamp expires_at) -> std::string {
  return fmt::format("The link is for you alone and works until {}. Opening it decides nothing.",
                     pages::shown_time(expires_at));
}

}  // namespace

auto make_mail(EmailOptions const& options, Message const& message, Timestamp now) -> Mail {
  auto const& approval = message.approval;
  auto const expires_at = pages::link_expiry(approval);
  auto const link = fmt::format(
      "{}/a/{}", options.public_url,
      pages::make_link(options.keys, {.approval_id = approval.id,
                                      .recipient = pages::identity_of(message.recipient),
                                      .expires_at = expires_at}));
  auto const subject = fmt::format("{}: {}", prefix_of(message.kind), approval.title);
  Mail mail{.from = options.settings.from,
            .to = {.name = {}, .address = message.recipient.address},
            .subject = subject,
            .date = now,
            .message_id = make_message_id(message.key, options.settings.from),
            .text = {},
            .html = {}};
  mail.text = fmt::format("{}\nApprove or reject:\n{}\n\n{}\n", pages::approval_text(approval),
                          link, expiry_sentence(expires_at));
  mail.html = pages::document(
      subject,
      fmt::format("{}<p><a href=\"{}\">Approve or reject</a></p>\n<p><small>{}</small></p>\n",
                  pages::approval_html(approval), pages::escape_html(link),
                  expiry_sentence(expires_at)));
  return mail;
}

EmailChannel::EmailChannel(EmailOptions options, Clock const& clock)
    : options_(std::move(options)),
      clock_(clock),
      client_(options_.settings),
      queue_([this](std::string const& to,
                    std::string const& message) { return client_.send(to, message); },
             {}) {}

EmailChannel::~EmailChannel() { client_.give_up(); }

void EmailChannel::send(Message const& message, std::string const& message_id,
                        std::string const& in_reply_to,
                        std::move_only_function<void(Result<void, SmtpError>)> done) {
  auto mail = make_mail(options_, message, clock_.now());
  mail.message_id = message_id;
  mail.in_reply_to = in_reply_to;
  queue_.add({message.recipient.address, write_mail(mail), std::move(done)});
}

void EmailChannel::announce(Message message, OnDelivered done) {
  if (!is_address(message.recipient.address))
    return done(for_good("SMTP: the recipient is no e-mail address"));
  auto const id = make_message_id(message.key, options_.settings.from);
  send(message, id, "", [id, done = std::move(done)](Result<void, SmtpError> sent) mutable {
    if (!sent) return done(std::unexpected(to_error(std::move(sent.error()))));
    done(Delivered{fmt::format(R"({{"messageId":{}}})", json::print_string(id))});
  });
}

void EmailChannel::remind(Message message, Delivered announced, OnUpdated done) {
  if (!is_address(message.recipient.address))
    return done(for_good("SMTP: the recipient is no e-mail address"));
  send(message, make_message_id(message.key, options_.settings.from), message_id_of(announced),
       [done = std::move(done)](Result<void, SmtpError> sent) mutable {
         if (!sent) return done(std::unexpected(to_error(std::move(sent.error()))));
         done({});
       });
}

void EmailChannel::update(Message /*message*/, Delivered /*announced*/, OnUpdated done) {
  done({});
}

}  // namespace treadle::approvals::email
