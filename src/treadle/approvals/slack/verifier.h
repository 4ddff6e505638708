// Whether a request comes from Slack: signed by the app's secret, fresh, and seen for the first time.
// Source: Slack, "Verifying requests from Slack".
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "treadle/base/time.h"
#include "treadle/net/http_message.h"

namespace treadle::approvals::slack {

enum class Fault : std::uint8_t {
  kUnsigned,  // a header is missing, or there twice
  kStale,     // signed more than five minutes before or after now
  kForged,
  kReplayed,  // it came before
  kTooMany,   // more genuine requests than are remembered
};

// For the log and for who sent it.
[[nodiscard]] auto text_of(Fault fault) -> std::string_view;

// "v0=" and 64 hexadecimal digits: what X-Slack-Signature has to be.
[[nodiscard]] auto sign_request(std::string_view secret, std::string_view timestamp,
                                std::string_view body) -> std::string;

// Any thread.
class Verifier {
 public:
  // `secret` must not be empty: without it nothing can be told.
  explicit Verifier(std::string secret);

  // `body` is what came, to the byte. nullopt: it is genuine, and remembered for ten minutes.
  [[nodiscard]] auto check(net::Headers const& headers, std::string_view body, Timestamp now)
      -> std::optional<Fault>;

  static constexpr std::size_t kRememberedMax = 50'000;  // signatures; further requests are refused

 private:
  [[nodiscard]] auto remember(std::string signature, Timestamp now) -> std::optional<Fault>;

  std::string const secret_;
  std::mutex mutex_;
  std::set<std::string> seen_;
  std::set<std::pair<Timestamp, std::string>> by_time_;
};

}  // namespace treadle::approvals::slack
