#include "treadle/approvals/email/mail.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/utf8.h"

namespace treadle::approvals::email {
namespace {

constexpr std::size_t kColumnsMax = 76;
constexpr std::size_t kEncodedBytesMax = 39;  // of text in one encoded word, of 64 characters
// Occurs in no body: they are in base64.
constexpr std::string_view kBoundary = "=_treadle-alternative";

auto is_letter_or_digit(char c) -> bool {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 5322, atext, and the dot between atoms.
auto is_local_character(char c) -> bool {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c);
}

auto is_domain(std::string_view domain) -> bool {
  if (domain.empty() || domain.size() > 253) return false;
  while (true) {
    auto const label = domain.substr(0, domain.find('.'));
    auto const is_fine = [](char c) { return is_letter_or_digit(c) || c == '-'; };
    if (label.empty() || label.size() > 63 || label.starts_with('-') || label.ends_with('-') ||
        !std::ranges::all_of(label, is_fine))
      return false;
    if (label.size() == domain.size()) return true;
    domain.remove_prefix(label.size() + 1);
  }
}

auto trim(std::string_view text) -> std::string_view {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// UTF-8 without control characters.
auto one_line(std::string_view text) -> std::string {
  std::string out;
  while (!text.empty()) {
    auto const point = utf8::decode_one(text);
    auto const bytes = point ? point->bytes : 1;
    if (point) {
      bool const is_control = point->value < 0x20 ||
                              (point->value >= 0x7F && point->value < 0xA0) ||
                              point->value == 0x2028 || point->value == 0x2029;
      if (is_control)
        out += ' ';
      else
        out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return out;
}

// In encoded words, each on a line of its own.
auto encoded_words(std::string_view text) -> std::string {
  std::string out;
  while (!text.empty()) {
    auto const piece = utf8::truncate(text, kEncodedBytesMax);
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("=?UTF-8?B?{}?=", base64_encode(piece));
    text.remove_prefix(piece.size());
  }
  return out;
}

auto is_plain(std::string_view text) -> bool {
  return !text.contains("=?") &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

// "Kim Lee" <kim@example.com>; a name that is no plain ASCII in encoded words.
auto mailbox_text(Mailbox const& mailbox) -> std::string {
  auto const name = one_line(mailbox.name);
  if (trim(name).empty()) return mailbox.address;
  if (!is_plain(name) || name.size() > 50)
    return fmt::format("{}\r\n <{}>", encoded_words(name), mailbox.address);
  std::string quoted;
  for (auto const c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return fmt::format("\"{}\"\r\n <{}>", quoted, mailbox.address);
}

// As base64 in lines; line feeds as mail has them.
auto body_lines(std::string_view text) -> std::string {
  std::string canonical;
  for (auto const c : text) {
    if (c == '\r') continue;
    if (c == '\n') canonical += '\r';
    canonical += c;
  }
  auto const encoded = base64_encode(canonical);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += kColumnsMax) {
    out += std::string_view(encoded).substr(at, kColumnsMax);
    out += "\r\n";
  }
  return out;
}

auto part(std::string_view subtype, std::string_view text) -> std::string {
  return fmt::format(
      "--{}\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
      kBoundary, subtype, body_lines(text));
}

}  // namespace

auto is_address(std::string_view text) -> bool {
  auto const at = text.find('@');
  if (at == std::string_view::npos || text.size() > 254) return false;
  auto const local = text.substr(0, at);
  return !local.empty() && local.size() <= 64 && std::ranges::all_of(local, is_local_character) &&
         !local.starts_with('.') && !local.ends_with('.') && !local.contains("..") &&
         is_domain(text.substr(at + 1));
}

auto parse_mailbox(std::string_view text) -> std::optional<Mailbox> {
  text = trim(text);
  Mailbox out;
  if (text.ends_with('>')) {
    auto const begin = text.rfind('<');
    if (begin == std::string_view::npos) return std::nullopt;
    out.name = trim(text.substr(0, begin));
    text = text.substr(begin + 1, text.size() - begin - 2);
    if (out.name.size() >= 2 && out.name.starts_with('"') && out.name.ends_with('"'))
      out.name = out.name.substr(1, out.name.size() - 2);
  }
  if (!is_address(text)) return std::nullopt;
  out.address = text;
  return out;
}

auto make_message_id(std::string_view key, Mailbox const& from) -> std::string {
  std::string local;
  for (auto const c : key)
    if (is_letter_or_digit(c) || c == '-' || c == '_') local += c;
  auto const domain = std::string_view(from.address).substr(from.address.find('@') + 1);
  return fmt::format("<{}@{}>", local, domain);
}

auto mail_date(Timestamp time) -> std::string {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const day = std::chrono::floor<std::chrono::days>(time);
  auto const date = std::chrono::year_month_day(day);
  auto const clock = std::chrono::hh_mm_ss(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format(
      "{}, {} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

auto header_text(std::string_view text, std::size_t used_columns) -> std::string {
  auto const line = one_line(text);
  if (is_plain(line) && line.size() + used_columns <= kColumnsMax) return line;
  return encoded_words(line);
}

auto write_mail(Mail const& mail) -> std::string {
  std::string out;
  auto const header = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{}: {}\r\n", name, value);
  };
  header("Date", mail_date(mail.date));
  header("From", mailbox_text(mail.from));
  header("To", mailbox_text(mail.to));
  header("Subject", header_text(mail.subject, std::string_view("Subject: ").size()));
  header("Message-ID", one_line(mail.message_id));
  if (!mail.in_reply_to.empty()) {
    header("In-Reply-To", one_line(mail.in_reply_to));
    header("References", one_line(mail.in_reply_to));
  }
  header("Auto-Submitted", "auto-generated");
  header("X-Auto-Response-Suppress", "All");
  header("MIME-Version", "1.0");
  header("Content-Type", fmt::format("multipart/alternative;\r\n boundary=\"{}\"", kBoundary));
  out += "\r\n";
  out += part("plain", mail.text);
  out += part("html", mail.html);
  out += fmt::format("--{}--\r\n", kBoundary);
  return out;
}

}  // namespace treadle::approvals::email
