// Links that stand for one recipient of one approval: https://HOST/a/ID.SIGNATURE.
//
// A link is not the task token. It shows a page; a decision takes a POST from that page. It is made and
// checked from the store's secret and is kept nowhere: nothing has to be written down to send one, and a
// link dies when its recipient is taken out of the settings, or when its key is retired.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/base/time.h"

namespace treadle::approvals::pages {

// How long a link lives whose approval has no expiry.
inline constexpr auto kLinkTime = std::chrono::hours(72);

// The keys that sign: number `current` signs, those from `oldest` on are accepted. Raising `current`
// rotates; raising `oldest` revokes all that was signed before.
struct LinkKeys {
  std::string secret;  // of the store
  std::uint8_t current = 1;
  std::uint8_t oldest = 1;
};

struct LinkTarget {
  std::string approval_id;  // "A" and 44 characters
  std::string recipient;    // who it is for, as an approver's identity
  Timestamp expires_at;     // whole seconds count
};

// "ID.SIGNATURE", at most 100 characters, URL-safe. The signature covers the approval, the recipient, what
// it is good for (to decide) and the expiry; it carries the key's number and the expiry.
[[nodiscard]] auto make_link(LinkKeys const& keys, LinkTarget const& target) -> std::string;

// What a link says of itself; nothing of it is proven yet.
struct LinkText {
  std::string approval_id;
  Timestamp expires_at;
  std::uint8_t key = 0;
  std::string mac;
};
// nullopt for what make_link() can't have made.
[[nodiscard]] auto read_link(std::string_view text) -> std::optional<LinkText>;

// Whether the link was made for `recipient` under a key that is accepted. Takes the same time for all
// texts.
[[nodiscard]] auto is_for(LinkKeys const& keys, LinkText const& link, std::string_view recipient)
    -> bool;

}  // namespace treadle::approvals::pages
