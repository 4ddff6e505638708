#include "treadle/approvals/key_holders.h"

#include <algorithm>

#include "treadle/base/hmac.h"

namespace treadle::approvals {

auto KeyHolders::find(std::string_view key_id) const -> net::AccessKey const* {
  auto const at = std::ranges::find(keys_, key_id, &net::AccessKey::id);
  return at == keys_.end() ? nullptr : &*at;
}

auto KeyHolders::check(std::string_view key_id, std::string_view secret) const
    -> net::AccessKey const* {
  auto const* const key = find(key_id);
  // Hashes have one length, whatever was typed.
  auto const typed = sha256(secret);
  auto const right = sha256(key == nullptr ? std::string_view() : std::string_view(key->secret));
  bool const is_equal = constant_time_equal(bytes_of(typed), bytes_of(right));
  return is_equal ? key : nullptr;
}

auto approver_of(net::AccessKey const& key) -> Approver {
  Approver out{.id = key.approver.empty() ? key.id : key.approver,
               .authenticated = "access-key " + key.id};
  if (!key.approver.empty()) out.also = {key.id};
  return out;
}

auto may_sign_in(net::AccessKey const& key) -> bool {
  return !key.approver.empty() || (key.actions.empty() && key.resources.empty());
}

}  // namespace treadle::approvals
