// Sessions: a cookie that says which access key a browser has signed in with.
//
// Nothing is kept of a session but what its cookie says: the key, when it began, and a MAC over both under
// the store's secret and the key's. So it lives through restarts, and ends after eight hours, with a
// sign-out, or when the key is taken away or gets another secret.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/approvals/key_holders.h"
#include "treadle/approvals/pages/form_nonce.h"
#include "treadle/approvals/session_log.h"
#include "treadle/base/clock.h"
#include "treadle/net/http_message.h"

namespace treadle::approvals::pages {

class Sessions {
 public:
  static constexpr auto kLife = std::chrono::hours(8);

  // All but the secret outlive it.
  Sessions(std::string_view store_secret, KeyHolders const& keys, SessionLog const& log,
           Clock const& clock, Random& random);

  // The value of Set-Cookie of a session that begins now.
  [[nodiscard]] auto open(net::AccessKey const& key, FormNonces::Transport transport) const
      -> std::string;
  // That has the browser forget it.
  [[nodiscard]] static auto clear() -> std::string;

  // The key that whoever sent the request has signed in with; null: nobody has. Any thread.
  [[nodiscard]] auto find(net::Headers const& request) const -> net::AccessKey const*;

 private:
  [[nodiscard]] auto read(std::string_view cookie) const -> net::AccessKey const*;
  [[nodiscard]] auto mac(net::AccessKey const& key, std::string_view what) const -> std::string;

  std::string const key_;
  KeyHolders const& keys_;
  SessionLog const& log_;
  Clock const& clock_;
  Random& random_;
};

}  // namespace treadle::approvals::pages
