#include "treadle/approvals/pages/sign_in_limits.h"

#include <algorithm>
#include <vector>

namespace treadle::approvals::pages {
namespace {

constexpr double kMostByIp = 10;
constexpr double kMostByKey = 20;
constexpr double kSecondsForOne = 6;
constexpr std::size_t kIpsMax = 4'096;

}  // namespace

auto SignInLimits::refill(Allowances& all, std::string const& name, double most, Timestamp now)
    -> Allowance& {
  auto const [at, is_new] = all.try_emplace(name, Allowance{.left = most, .at = now});
  auto& allowance = at->second;
  auto const passed = std::max(now - allowance.at, Milliseconds{0});
  allowance.left = std::min(
      most, allowance.left + static_cast<double>(passed.count()) / 1'000.0 / kSecondsForOne);
  allowance.at = now;
  return allowance;
}

// The half that was used longest ago: once in thousands of addresses.
void SignInLimits::forget_some() {
  if (by_ip_.size() < kIpsMax) return;
  std::vector<Timestamp> times;
  times.reserve(by_ip_.size());
  for (auto const& [ip, allowance] : by_ip_) times.push_back(allowance.at);
  auto const middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  auto const limit = *middle;
  std::size_t left = by_ip_.size();
  std::erase_if(
      by_ip_, [&](auto const& entry) { return entry.second.at <= limit && left-- > kIpsMax / 2; });
}

auto SignInLimits::take(std::string const& ip, std::string const& key_id, Timestamp now) -> bool {
  std::lock_guard const lock(mutex_);
  if (!by_ip_.contains(ip)) forget_some();
  auto& of_ip = refill(by_ip_, ip, kMostByIp, now);
  if (of_ip.left < 1) return false;
  if (!key_id.empty()) {
    auto& of_key = refill(by_key_, key_id, kMostByKey, now);
    if (of_key.left < 1) return false;
    of_key.left -= 1;
  }
  of_ip.left -= 1;
  return true;
}

void SignInLimits::forgive(std::string const& ip, std::string const& key_id) {
  std::lock_guard const lock(mutex_);
  if (auto const at = by_ip_.find(ip); at != by_ip_.end()) at->second.left += 1;
  if (auto const at = by_key_.find(key_id); at != by_key_.end()) at->second.left += 1;
}

}  // namespace treadle::approvals::pages
