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

  struct Issued {
    std::string form_value;  // for the hidden field
    std::string set_cookie;  // the header's value
  };
  enum class Transport : std::uint8_t { kPlain, kTls };
  // For the form on the page at `path`, which is sent back there. A cookie that the browser has already
  // is used again, so that two tabs don't spoil each other.
  [[nodiscard]] auto issue(net::Headers const& request, std::string_view path, Transport transport,
                           Timestamp now) -> Issued;

  // Whether `form_value` was issued for the browser that sent `request`, for `path`, within the last hour.
  [[nodiscard]] auto check(net::Headers const& request, std::string_view path,
                           std::string_view form_value, Timestamp now) const -> bool;

 private:
  [[nodiscard]] auto mac(std::string_view cookie, std::string_view path,
                         std::string_view minute) const -> std::string;

  std::string const key_;
  Random& random_;
};

}  // namespace treadle::approvals::pages
