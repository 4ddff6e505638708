// `channels: email:` of approvals.yaml. The format: docs/approvals-channels.md.
#pragma once

#include <cstdint>
#include <string>

#include "treadle/approvals/channel_reader.h"
#include "treadle/approvals/email/mail.h"

namespace treadle::approvals::email {

enum class Security : std::uint8_t {
  kStartTls,  // required: without it nothing is sent
  kTls,       // from the first byte
  kNone,      // only without a password, or to this machine
};

struct Settings {
  Mailbox from{};
  std::string host{};
  std::uint16_t port = 587;
  Security security = Security::kStartTls;
  std::string user{};  // empty: no AUTH
  std::string password{};
  std::string ca_file{};  // PEM; empty: the system's
};

[[nodiscard]] auto read_settings(ChannelReader const& reader, Node const& node)
    -> Result<Settings, std::string>;

}  // namespace treadle::approvals::email
