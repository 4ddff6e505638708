#include "treadle/approvals/slack/users.h"

#include <chrono>
#include <utility>

#include "treadle/base/log.h"
#include "treadle/json/parse.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::slack {
namespace {

constexpr auto kKept = std::chrono::minutes(10);
constexpr std::size_t kKnownMax = 10'000;

auto text_of(json::Value const* value) -> std::string {
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

auto to_approver(std::string const& user, std::string const& email, std::string const& name)
    -> Approver {
  Approver out{.id = email.empty() ? user : email, .name = name};
  if (!email.empty()) out.also.push_back(user);
  return out;
}

}  // namespace

Users::Users(WebApi& api, std::string bot_token) : api_(api), bot_token_(std::move(bot_token)) {}

void Users::keep(std::string const& user, Known known) {
  if (known_.size() >= kKnownMax) known_.clear();
  known_[user] = std::move(known);
}

void Users::find(std::string const& user, std::string const& name, Done done) {
  auto const at = known_.find(user);
  if (at != known_.end() && at->second.until > std::chrono::steady_clock::now())
    return done(to_approver(user, at->second.email, at->second.name));
  if (bot_token_.empty()) return done(to_approver(user, "", name));
  api_.get("users.info", bot_token_, "user=" + net::percent_encode(user),
           [this, user, name, done = std::move(done)](CallReply reply) mutable {
             if (!reply) {
               log(LogLevel::kWarning, "Slack does not say who a user is",
                   {{"user", user}, {"cause", reply.error().error}});
               return done(to_approver(user, "", name));
             }
             json::Arena arena;
             auto const parsed = json::parse(arena, *reply);
             auto const* const found = parsed ? parsed->find("user") : nullptr;
             auto const* const profile = found != nullptr ? found->find("profile") : nullptr;
             Known known{
                 .email = {}, .name = {}, .until = std::chrono::steady_clock::now() + kKept};
             if (profile != nullptr) {
               known.email = text_of(profile->find("email"));
               known.name = text_of(profile->find("real_name"));
             }
             if (known.name.empty()) known.name = name;
             auto approver = to_approver(user, known.email, known.name);
             keep(user, std::move(known));
             done(std::move(approver));
           });
}

}  // namespace treadle::approvals::slack
