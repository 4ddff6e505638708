#include "treadle/integrations/optimized/oauth_tokens.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/integrations/optimized/http_task_request.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::integrations::optimized {
namespace {

constexpr auto kMargin = std::chrono::seconds(30);
constexpr double kLifeDefault = 3'600;  // s
constexpr double kLifeMax = 86'400;

struct Token {
  std::string authorization;
  Milliseconds life;
};

auto read_token(HttpOutcome const& outcome) -> Result<Token, std::string> {
  if (!outcome) return std::unexpected("cancelled");
  if (!*outcome) return std::unexpected(outcome->error().message);
  auto const& response = **outcome;
  if (response.status != 200)
    return std::unexpected(fmt::format("it answered with status {}", response.status));
  json::Arena arena;
  auto const body = json::parse(arena, response.body);
  auto const* token = body ? body->find("access_token") : nullptr;
  if (token == nullptr || !token->is_string())
    return std::unexpected("its answer has no access_token");
  auto const* life = body->find("expires_in");
  auto const seconds = life != nullptr && life->is_number() ? life->as_double() : kLifeDefault;
  return Token{
      fmt::format("Bearer {}", token->as_string()),
      Milliseconds(static_cast<std::int64_t>(1'000 * std::min(std::max(seconds, 0.0), kLifeMax)))};
}

}  // namespace

void OAuthTokens::get(Connection const& connection, Done done) {
  std::optional<std::string> known;
  bool must_fetch = false;
  {
    std::lock_guard const lock(mutex_);
    auto& entry = entries_[&connection];
    if (!entry.authorization.empty() && entry.expires - clock_.now() > kMargin) {
      known = entry.authorization;
    } else {
      must_fetch = entry.waiting.empty();
      entry.waiting.push_back(std::move(done));
    }
  }
  if (known) return done(*known);
  if (!must_fetch) return;
  http_.send({}, make_token_request(connection), [this, &connection](HttpOutcome outcome) {
    auto const token = read_token(outcome);
    if (token) return keep(connection, token->authorization, clock_.now() + token->life);
    keep(connection,
         std::unexpected(fmt::format("no token from {}: {}", connection.token_url, token.error())),
         {});
  });
}

void OAuthTokens::keep(Connection const& connection, Got const& got, Timestamp expires) {
  std::vector<Done> waiting;
  {
    std::lock_guard const lock(mutex_);
    auto& entry = entries_[&connection];
    entry.authorization = got.value_or(std::string());
    entry.expires = expires;
    waiting = std::exchange(entry.waiting, {});
  }
  for (auto& done : waiting) done(got);
}

void OAuthTokens::refused(Connection const& connection, std::string const& authorization) {
  std::lock_guard const lock(mutex_);
  auto& entry = entries_[&connection];
  if (entry.authorization == authorization) entry.authorization.clear();
}

}  // namespace treadle::integrations::optimized
