#include "treadle/approvals/approval_id.h"

#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals {
namespace {

constexpr char kFirst = 'A';
constexpr std::size_t kTaskBytes = 21;
constexpr std::size_t kMacBytes = 12;

auto mac(store::Secret const& secret, std::string_view task) -> std::string {
  std::string_view const key(reinterpret_cast<char const*>(secret.data()), secret.size());
  auto const digest = hmac_sha256(key, "approval-id" + std::string(task));
  return std::string(bytes_of(digest).substr(0, kMacBytes));
}

}  // namespace

auto make_approval_id(store::Secret const& secret, runtime::ApprovalKey const& task)
    -> std::string {
  auto const body = runtime::approval_key(task.place, task.scheduled);
  return kFirst + base64_encode(body + mac(secret, body), Base64::kUrlSafe);
}

auto read_approval_id(store::Secret const& secret, std::string_view id)
    -> std::optional<runtime::ApprovalKey> {
  if (!id.starts_with(kFirst)) return std::nullopt;
  auto const bytes = base64_decode(id.substr(1), Base64::kUrlSafe);
  if (!bytes || bytes->size() != kTaskBytes + kMacBytes) return std::nullopt;
  auto const body = std::string_view(*bytes).substr(0, kTaskBytes);
  if (!constant_time_equal(mac(secret, body), std::string_view(*bytes).substr(kTaskBytes)))
    return std::nullopt;
  return runtime::read_approval_key(body);
}

}  // namespace treadle::approvals
