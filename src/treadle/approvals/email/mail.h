// A mail as the bytes that are submitted. Whatever its parts hold, it has the headers that are written here
// and no others.
// Source: RFC 5322 (message format), RFC 2045 to 2047 (MIME), RFC 3834 (automatic messages).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/time.h"

namespace treadle::approvals::email {

struct Mailbox {
  std::string name;     // may be empty, may be any text
  std::string address;  // "kim@example.com"
  friend auto operator==(Mailbox const&, Mailbox const&) -> bool = default;
};

// Whether `text` is an address as mail systems in use take it: a local part of at most 64 of the
// characters that need no quotes, '@', and a domain name; at most 254 characters, ASCII.
[[nodiscard]] auto is_address(std::string_view text) -> bool;

// "kim@example.com", "<kim@example.com>" or "Kim Lee <kim@example.com>".
[[nodiscard]] auto parse_mailbox(std::string_view text) -> std::optional<Mailbox>;

struct Mail {
  Mailbox from;  // addresses were checked by is_address()
  Mailbox to;
  std::string subject;
  Timestamp date;
  // "<key@example.com>". A mail that is sent again has the same; `in_reply_to` puts it into the thread of
  // an earlier one.
  std::string message_id;
  std::string in_reply_to = {};
  std::string text;  // both UTF-8, lines end in "\n"
  std::string html;
};

// "<KEY@DOMAIN>" with the domain of `from`; characters that may not stand there are left out of `key`.
[[nodiscard]] auto make_message_id(std::string_view key, Mailbox const& from) -> std::string;

// The whole message, lines of at most 78 characters, ending in CRLF: multipart/alternative of both texts.
[[nodiscard]] auto write_mail(Mail const& mail) -> std::string;

// "Fri, 27 Nov 2026 14:02:00 +0000".
[[nodiscard]] auto mail_date(Timestamp time) -> std::string;

// A header's text: as it is where it is printable ASCII and short, else in encoded words (RFC 2047, B).
// Control characters become blanks.
[[nodiscard]] auto header_text(std::string_view text, std::size_t used_columns) -> std::string;

}  // namespace treadle::approvals::email
