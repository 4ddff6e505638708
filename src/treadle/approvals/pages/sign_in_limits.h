// How often somebody may fail to sign in.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "treadle/base/time.h"

namespace treadle::approvals::pages {

// From one address 10 failures at once, with one key 20, and one more each 6 seconds. Memory is bounded:
// of addresses beyond 4,096 those that failed longest ago are forgotten. Any thread.
class SignInLimits {
 public:
  // Whether a secret is looked at; then it counts as a failure until forgive(). `key_id` is that of a key
  // that there is, else empty.
  [[nodiscard]] auto take(std::string const& ip, std::string const& key_id, Timestamp now) -> bool;
  // It was right: the try does not count.
  void forgive(std::string const& ip, std::string const& key_id);

 private:
  struct Allowance {
    double left = 0;
    Timestamp at;
  };
  using Allowances = std::map<std::string, Allowance>;
  [[nodiscard]] static auto refill(Allowances& all, std::string const& name, double most,
                                   Timestamp now) -> Allowance&;
  void forget_some();

  std::mutex mutex_;
  Allowances by_ip_;
  Allowances by_key_;
};

}  // namespace treadle::approvals::pages
