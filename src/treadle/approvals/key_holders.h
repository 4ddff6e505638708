// Key holders: whom the server's access keys speak for, where people decide.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/approval.h"
#include "treadle/net/sigv4.h"

namespace treadle::approvals {

// The keys of --credentials. Any thread.
class KeyHolders {
 public:
  explicit KeyHolders(std::vector<net::AccessKey> keys) : keys_(std::move(keys)) {}

  // The key of that id; null: there is none. It lives as long as this.
  [[nodiscard]] auto find(std::string_view key_id) const -> net::AccessKey const*;
  // The same if that is its secret. An id that is not known takes as long as a wrong secret.
  [[nodiscard]] auto check(std::string_view key_id, std::string_view secret) const
      -> net::AccessKey const*;

 private:
  std::vector<net::AccessKey> keys_;
};

// Who decides by the key: the approver that the key names, else the key itself.
[[nodiscard]] auto approver_of(net::AccessKey const& key) -> Approver;

// Whether its holder sees and decides approvals on the pages: a key of limited rights has to name an
// approver for that.
[[nodiscard]] auto may_sign_in(net::AccessKey const& key) -> bool;

}  // namespace treadle::approvals
