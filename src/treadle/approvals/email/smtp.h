// Submits mails to an SMTP server. Source: RFC 6409 (submission), RFC 3207 (STARTTLS); by libcurl.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/approvals/email/settings.h"
#include "treadle/base/result.h"

namespace treadle::approvals::email {

struct SmtpError {
  enum class Kind : std::uint8_t {
    kForNow,   // no connection, a time-out, a 4xx reply
    kForGood,  // a 5xx reply, a certificate that is not to be trusted
  };
  Kind kind = Kind::kForNow;
  std::string message;  // for the operator: no password, no content
};

// One connection, kept between mails. One thread at a time.
class SmtpClient {
 public:
  // Where load_curl() has succeeded.
  explicit SmtpClient(Settings settings);
  SmtpClient(SmtpClient const&) = delete;
  auto operator=(SmtpClient const&) -> SmtpClient& = delete;
  ~SmtpClient();

  // Blocks until the server has taken the mail, at most half a minute. `to` passes is_address(),
  // `message` is write_mail()'s.
  [[nodiscard]] auto send(std::string const& to, std::string_view message)
      -> Result<void, SmtpError>;
  // Ends a send() that is under way, within a second, and all that follow. Any thread.
  void give_up();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle::approvals::email
