// Signing in to the inbox with an access key, and out: /approvals/sign-in and /approvals/sign-out.
#pragma once

#include <string>
#include <string_view>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/key_holders.h"
#include "treadle/approvals/pages/form_nonce.h"
#include "treadle/approvals/pages/sessions.h"
#include "treadle/approvals/pages/sign_in_limits.h"
#include "treadle/approvals/session_log.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"

namespace treadle::approvals::pages {

class SignInService {
 public:
  struct Parts {  // all outlive it
    Decisions& decisions;
    SessionLog& log;
    KeyHolders const& keys;
    FormNonces& nonces;
    Clock const& clock;
    Random& random;
    std::string_view store_secret;
  };
  explicit SignInService(Parts const& parts);

  [[nodiscard]] static auto claims(std::string_view path) -> bool;
  void serve(net::Request&& request, net::Responder responder);

  // The key that the browser has signed in with; null: none.
  [[nodiscard]] auto holder(net::Request const& request) const -> net::AccessKey const*;
  // Sends whoever has not signed in to the page where they can, and back from there.
  [[nodiscard]] static auto ask(net::Request const& request) -> net::Response;
  // Who has signed in, and a button to sign out; of the browser with that cookie of FormNonces.
  [[nodiscard]] auto who_html(net::AccessKey const& key, std::string_view cookie) const
      -> std::string;
  // How the browser reached this server, as far as it says so.
  [[nodiscard]] static auto transport_of(net::Request const& request) -> FormNonces::Transport;

 private:
  [[nodiscard]] auto form_page(net::Request const& request, int status, std::string_view to,
                               std::string_view problem) -> net::Response;
  [[nodiscard]] auto refuse(net::Request const& request, int status, std::string_view key_id,
                            std::string_view why) -> net::Response;
  void sign_in(net::Request const& request, net::Responder responder);
  void sign_out(net::Request const& request, net::Responder responder);

  Decisions& decisions_;
  SessionLog& log_;
  KeyHolders const& keys_;
  FormNonces& nonces_;
  Clock const& clock_;
  Sessions sessions_;
  SignInLimits limits_;
};

}  // namespace treadle::approvals::pages
