// A task as the function that does it sees it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <treadle/json.h>

namespace treadle {

// What a task fails with. Retry and Catch match `error`; AWS takes up to 256 characters of it, and
// 32,768 of `cause`.
struct TaskError {
  std::string error;  // "PaymentDeclined"
  std::string cause = {};
};

using TaskResult = std::expected<JsonView, TaskError>;

namespace library {
struct TaskData;
}  // namespace library

// Good until the function returns, and so is all that it gives out.
class Task {
 public:
  Task(Task const&) = delete;
  auto operator=(Task const&) -> Task& = delete;

  // Of a function its payload; of another resource what the state sends: its Parameters or
  // Arguments, or its input without them.
  [[nodiscard]] auto input() const -> JsonView { return input_; }
  // The function's ARN, or "arn:aws:states:::events:putEvents".
  [[nodiscard]] auto resource() const -> std::string_view;
  [[nodiscard]] auto execution_arn() const -> std::string_view;
  // The same on every delivery of one attempt, another for each attempt. A task may be delivered
  // again after a crash.
  [[nodiscard]] auto idempotency_key() const -> std::string;
  // Of a resource that ends in .waitForTaskToken, else empty: what Engine::task_succeeded() asks for.
  [[nodiscard]] auto token() const -> std::string_view;

  // Where an answer is made. What is made here may share parts of input().
  [[nodiscard]] auto memory() -> JsonMemory& { return memory_; }
  [[nodiscard]] auto object(std::initializer_list<JsonField> fields) -> JsonView {
    return memory_.object(fields);
  }
  [[nodiscard]] auto array(std::initializer_list<JsonItem> items) -> JsonView {
    return memory_.array(items);
  }

 private:
  friend struct library::Access;
  Task(library::TaskData const& data, JsonView input, JsonMemory memory)
      : data_(data), input_(input), memory_(std::move(memory)) {}

  library::TaskData const& data_;
  JsonView input_;
  JsonMemory memory_;
};

// Answers a task later, from any thread, once. One that goes away without having answered fails its
// task with Function.NoAnswer. Good after the engine's end too; then it does nothing.
class Completion {
 public:
  Completion(Completion&& other) noexcept;
  auto operator=(Completion&& other) noexcept -> Completion&;
  ~Completion();

  // JSON text; one that is not JSON fails the task with Function.InvalidAnswer.
  void succeed(std::string json);
  void succeed(JsonView value) { succeed(value.text()); }
  void fail(TaskError error);

 private:
  friend struct library::Access;
  struct Impl;
  explicit Completion(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Called on the engine's threads, by several at once. It must not block for long: nothing else runs on
// its thread meanwhile. An exception fails the task with Function.Exception.
using Function = std::function<TaskResult(Task&)>;
// The same for what takes time: it hands the completion to whoever does the work, and returns. What
// that needs of the task is copied before. An exception is the completion's end, if nobody has it.
using AsyncFunction = std::function<void(Task&, Completion)>;

}  // namespace treadle
