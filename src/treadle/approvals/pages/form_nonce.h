// Proof that a form was sent from a page that this server gave to the same browser: a random cookie, and
// a MAC over it in the form. Another site can have the browser send the one, and can't know the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/clock.h"
#include "treadle/base/time.h"
#include "treadle/net/http_message.h"

namespace treadle::approvals::pages {

class FormNonces {
 public:
  // `secret` is the store's; `random` is of any thread and outlives it.
  FormNonces(std::string_view secret, Random& random);

  // The cookie of whoever sent the request. One that the browser has already is used again, so that two
  // tabs don't spoil each other.
  [[nodiscard]] auto cookie_for(net::Headers const& request) -> std::string;
  // The header that has the browser keep it, for `path` and below.
  enum class Transport : std::uint8_t { kPlain, kTls };
  [[nodiscard]] static auto set_cookie(std::string_view cookie, std::string_view path,
                                       Transport transport) -> std::string;

  // For the hidden field. `purpose`: what the form is for, and who it was shown to; it is good for
  // nothing else.
  [[nodiscard]] auto form_value(std::string_view cookie, std::string_view purpose,
                                Timestamp now) const -> std::string;
  // Whether `form_value` was made for the browser that sent `request`, for that purpose, within the last
  // hour.
  [[nodiscard]] auto check(net::Headers const& request, std::string_view purpose,
                           std::string_view form_value, Timestamp now) const -> bool;

 private:
  [[nodiscard]] auto mac(std::string_view cookie, std::string_view purpose,
                         std::string_view minute) const -> std::string;

  std::string const key_;
  Random& random_;
};

}  // namespace treadle::approvals::pages
