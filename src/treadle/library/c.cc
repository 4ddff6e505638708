#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <treadle/c.h>
#include <treadle/engine.h>

struct treadle_engine {
  treadle::Engine engine;
};

struct treadle_call {
  std::string input;
  std::string resource;
  std::string execution;
  std::string idempotency_key;
  treadle::Completion completion;
};

struct treadle_end {
  treadle::End end;
};

namespace {

auto text_of(char const* data, std::size_t size) -> std::string_view {
  return data == nullptr ? std::string_view() : std::string_view(data, size);
}

auto text_of(std::string const& text) -> treadle_text { return {text.data(), text.size()}; }

// Belongs to the caller. Without memory for it nothing can be said: then as abort() does.
auto reason(std::string_view why) -> char* {
  auto* const copy = static_cast<char*>(std::malloc(why.size() + 1));
  if (copy == nullptr) std::abort();
  std::memcpy(copy, why.data(), why.size());
  copy[why.size()] = '\0';
  return copy;
}

template <typename T>
auto reason_of(treadle::OrRefused<T> const& result) -> char* {
  return result ? nullptr : reason(result.error());
}

}  // namespace

extern "C" {

char* treadle_engine_new(char const* directory, size_t threads, treadle_engine** engine) {
  treadle::EngineOptions options;
  if (directory != nullptr) options.directory = directory;
  options.threads = threads;
  auto opened = treadle::Engine::open(std::move(options));
  if (!opened) return reason(opened.error());
  *engine = new treadle_engine{std::move(*opened)};
  return nullptr;
}

void treadle_engine_free(treadle_engine* engine) { delete engine; }

void treadle_text_free(char* text) { std::free(text); }

char* treadle_engine_bind(treadle_engine* engine, char const* resource, size_t resource_size,
                          treadle_function function, void* context) {
  return reason_of(engine->engine.bind_async(
      text_of(resource, resource_size),
      [function, context](treadle::Task& task, treadle::Completion completion) {
        function(context, new treadle_call{task.input().text(), std::string(task.resource()),
                                           std::string(task.execution_arn()),
                                           task.idempotency_key(), std::move(completion)});
      }));
}

treadle_text treadle_call_input(treadle_call const* call) { return text_of(call->input); }
treadle_text treadle_call_resource(treadle_call const* call) { return text_of(call->resource); }
treadle_text treadle_call_execution(treadle_call const* call) { return text_of(call->execution); }
treadle_text treadle_call_idempotency_key(treadle_call const* call) {
  return text_of(call->idempotency_key);
}

void treadle_call_succeed(treadle_call* call, char const* json, size_t json_size) {
  call->completion.succeed(std::string(text_of(json, json_size)));
  delete call;
}

void treadle_call_fail(treadle_call* call, char const* error, size_t error_size, char const* cause,
                       size_t cause_size) {
  call->completion.fail(
      {std::string(text_of(error, error_size)), std::string(text_of(cause, cause_size))});
  delete call;
}

char* treadle_engine_define(treadle_engine* engine, char const* name, size_t name_size,
                            char const* definition, size_t definition_size,
                            treadle_machine_type type) {
  return reason_of(engine->engine.define(
      text_of(name, name_size), text_of(definition, definition_size),
      type == TREADLE_STANDARD ? treadle::MachineType::kStandard : treadle::MachineType::kExpress));
}

char* treadle_engine_run(treadle_engine* engine, char const* machine, size_t machine_size,
                         char const* input, size_t input_size, treadle_end** end) {
  auto ended = engine->engine.run(text_of(machine, machine_size), text_of(input, input_size));
  if (!ended) return reason(ended.error());
  *end = new treadle_end{std::move(*ended)};
  return nullptr;
}

treadle_status treadle_end_status(treadle_end const* end) {
  switch (end->end.status) {
    case treadle::EndStatus::kSucceeded: return TREADLE_SUCCEEDED;
    case treadle::EndStatus::kFailed: return TREADLE_FAILED;
    case treadle::EndStatus::kTimedOut: return TREADLE_TIMED_OUT;
    case treadle::EndStatus::kAborted: return TREADLE_ABORTED;
  }
  return TREADLE_FAILED;
}

treadle_text treadle_end_output(treadle_end const* end) { return text_of(end->end.output); }
treadle_text treadle_end_error(treadle_end const* end) { return text_of(end->end.error); }
treadle_text treadle_end_cause(treadle_end const* end) { return text_of(end->end.cause); }
void treadle_end_free(treadle_end* end) { delete end; }

}  // extern "C"
