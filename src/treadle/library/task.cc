#include <utility>

#include <treadle/task.h>

#include "treadle/json/parse.h"
#include "treadle/library/access.h"

namespace treadle {

auto Task::resource() const -> std::string_view { return data_.resource; }
auto Task::execution_arn() const -> std::string_view { return data_.execution_arn; }
auto Task::token() const -> std::string_view { return data_.token; }

auto Task::idempotency_key() const -> std::string {
  return data_.keys == nullptr ? std::string(data_.key) : data_.keys->idempotency_key(data_.id);
}

struct Completion::Impl {
  integrations::CallDone done;

  void fail(std::string_view error, std::string cause) {
    done(integrations::CallFailed{Error{std::string(error), std::move(cause)},
                                  integrations::CallStage::kRun});
  }
};

Completion::Completion(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Completion::Completion(Completion&& other) noexcept = default;

auto Completion::operator=(Completion&& other) noexcept -> Completion& {
  std::swap(impl_, other.impl_);
  return *this;
}

Completion::~Completion() {
  if (impl_)
    std::exchange(impl_, nullptr)
        ->fail("Function.NoAnswer", "The function dropped its completion without an answer.");
}

void Completion::succeed(std::string json) {
  auto const impl = std::exchange(impl_, nullptr);
  if (!impl) return;
  json::Arena arena;
  if (auto const parsed = json::parse(arena, json); !parsed)
    return impl->fail("Function.InvalidAnswer",
                      "The function's answer is not JSON: " + parsed.error().to_string());
  impl->done(integrations::CallSucceeded{std::move(json)});
}

void Completion::fail(TaskError error) {
  if (auto const impl = std::exchange(impl_, nullptr))
    impl->fail(error.error, std::move(error.cause));
}

auto library::Access::completion(integrations::CallDone done) -> Completion {
  return Completion(std::make_unique<Completion::Impl>(std::move(done)));
}

}  // namespace treadle
