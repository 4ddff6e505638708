// Task tokens and idempotency keys: derived from the store's secret, never stored.
//
// A token says where its task waits and proves it by an HMAC, so it needs no index, is the same on
// every redelivery, and costs no I/O to refuse. It says nothing about whether the task still waits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/interpreter/world.h"
#include "treadle/record/ids.h"
#include "treadle/runtime/rows.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

struct TokenTarget {
  Place place;
  record::HistoryId scheduled = 0;
  std::uint32_t redrive_count = 0;
};

// URL-safe, under 100 characters.
[[nodiscard]] auto make_task_token(store::Secret const& secret, TokenTarget const& target)
    -> std::string;

// nullopt for anything that make_task_token() did not make under this secret. Takes the
// same time for all texts of one length.
[[nodiscard]] auto read_task_token(store::Secret const& secret, std::string_view token)
    -> std::optional<TokenTarget>;

// What every delivery of one attempt carries; unlike for any two attempts.
[[nodiscard]] auto make_idempotency_key(store::Secret const& secret, TokenTarget const& target)
    -> std::string;

// Tokens of the tasks of one execution.
class ExecutionTokens : public interpreter::TokenMint {
 public:
  ExecutionTokens(store::Secret const& secret, Place place) : secret_(secret), place_(place) {}
  [[nodiscard]] auto token(record::HistoryId scheduled, std::uint32_t redrive_count) const
      -> std::string override {
    return make_task_token(secret_, {place_, scheduled, redrive_count});
  }

 private:
  store::Secret const& secret_;
  Place place_;
};

}  // namespace treadle::runtime
