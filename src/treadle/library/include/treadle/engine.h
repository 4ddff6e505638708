// Runs state machines in this process, with functions of C++ for their tasks.
//
//   auto engine = treadle::Engine::open({});
//   engine->bind("double", [](treadle::Task& task) -> treadle::TaskResult {
//     return task.object({{"n", 2 * task.input()["n"].integer().value_or(0)}});
//   });
//   engine->define("twice", definition);
//   auto end = engine->run("twice", R"({"n":21})");
//
// Express machines run in memory, on a thread for each core. Standard machines keep a history in a
// store: in memory, or in a directory, where they survive the process. Errors are values; their texts
// say what is wrong and where. Nothing throws.
//
// Threads. An engine has threads of its own, on which functions and callbacks run. bind() comes
// before the first execution; all else may be called from any thread, but run(), stream(), task_...()
// and the destructor, which wait, never from the engine's own. What the engine gives back
// belongs to the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <treadle/task.h>

namespace treadle {

struct EngineOptions {
  // Of the store of Standard executions; empty: in memory. Opening one sets the process's umask to 077.
  std::string directory = {};
  std::size_t threads = 0;  // 0: one a core
  std::string region = "us-east-1";
  std::string account = "123456789012";
  double time_scale = 1.0;            // multiplies waits, back-off and time-outs
  std::size_t waiting_max = 100'000;  // Express executions that wait, for each thread
  // The store can't write any more: nothing that runs in it goes on. Any thread. Empty: the process
  // is aborted, with the reason on standard error.
  std::function<void(std::string const& why)> on_store_failure = {};
};

enum class MachineType : std::uint8_t { kExpress, kStandard };
enum class EndStatus : std::uint8_t { kSucceeded, kFailed, kTimedOut, kAborted };

// How an execution ended.
struct End {
  EndStatus status = EndStatus::kSucceeded;
  std::string execution_arn;
  std::string output;  // JSON text; of kSucceeded only
  std::string error;
  std::string cause;

  [[nodiscard]] auto succeeded() const -> bool { return status == EndStatus::kSucceeded; }
};

// What an operation was refused for, in words.
using Refused = std::unexpected<std::string>;
template <typename T>
using OrRefused = std::expected<T, std::string>;

using OnEnd = std::move_only_function<void(OrRefused<End>)>;

// Where the executions of a stream come from, and where their ends go.
struct Stream {
  // The next input, JSON text; nullopt: there is no more. One thread at a time.
  std::function<std::optional<std::string>()> next;
  // The number that the input had, from 0, and its end. Several threads at once, in any order.
  std::function<void(std::uint64_t, End const&)> ended = {};
  std::size_t waiting_max = 1'000;  // executions under way for each thread
};

struct StreamTotals {
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;  // ended in any other way
};

class Engine {
 public:
  // A directory that another process uses, or that is none of treadle's, is refused.
  [[nodiscard]] static auto open(EngineOptions options) -> OrRefused<Engine>;
  Engine(Engine&& other) noexcept;
  auto operator=(Engine&& other) noexcept -> Engine&;
  // Executions in memory end without a word; those in a directory go on when it is opened again.
  ~Engine();

  // `resource` names what tasks call:
  //   "parse"                   the Lambda function of that name, in any region, account and version;
  //                             as Resource, or as FunctionName of lambda:invoke
  //   "events:putEvents"        that integration, in each of its patterns
  //   "aws-sdk:s3:putObject"
  //   an ARN                    as a definition has it
  // '*' stands for any text. An exact name goes before one with '*', an earlier one before a later.
  // Refused: a name that is bound already; after the first execution.
  auto bind(std::string_view resource, Function function) -> OrRefused<void>;
  auto bind_async(std::string_view resource, AsyncFunction function) -> OrRefused<void>;

  // `definition` is Amazon States Language. Refused with every diagnostic, one a line. A name that
  // is defined already gets the new definition for executions that start from now on.
  auto define(std::string_view name, std::string_view definition,
              MachineType type = MachineType::kExpress) -> OrRefused<void>;

  // Takes up the executions that an earlier process left in the directory. The first execution does
  // that too; until then functions can be bound.
  void resume();

  // Runs an execution and waits for its end. `name` is for Standard machines: one that ran before
  // under that name is not run again. Refused: unknown machines, input that is not JSON, too many
  // executions that wait.
  [[nodiscard]] auto run(std::string_view machine, std::string_view input,
                         std::string_view name = {}) -> OrRefused<End>;
  // The same without waiting: `on_end` is called once, by one of the engine's threads, or by this call
  // where it is refused at once.
  void start(std::string_view machine, std::string_view input, OnEnd on_end,
             std::string_view name = {});

  // An Express execution for each input, over all threads, until the source is dry and all have ended.
  auto stream(std::string_view machine, Stream stream) -> OrRefused<StreamTotals>;
  // The same for inputs that are there; ends in their order.
  [[nodiscard]] auto run_all(std::string_view machine, std::span<std::string const> inputs)
      -> OrRefused<std::vector<End>>;

  // End the task that waits for this token. Refused: tokens that are not ours, tasks that have ended.
  auto task_succeeded(std::string_view token, std::string_view output) -> OrRefused<void>;
  auto task_failed(std::string_view token, TaskError error) -> OrRefused<void>;

  struct Impl;  // the library's own

 private:
  friend struct library::Access;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle
