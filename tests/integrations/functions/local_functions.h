// A function host, its functions' source files and its log, for tests.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/integrations/calls.h"
#include "treadle/integrations/functions/function_host.h"

namespace treadle::integrations::testing {

// A new folder, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto path = (std::filesystem::temp_directory_path() / "treadle-test-XXXXXX").string();
    TREADLE_ASSERT(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  TemporaryFolder(TemporaryFolder const&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  void write(std::string_view name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] auto path() const -> std::string { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// Lines as "function: line".
class Log {
 public:
  auto sink() -> functions::FunctionLog {
    return [this](std::string_view function, std::string_view line) {
      std::lock_guard const lock(mutex_);
      lines_.push_back(std::string(function) + ": " + std::string(line));
      added_.notify_all();
    };
  }
  // Waits for it.
  auto has(std::string const& line) -> bool {
    std::unique_lock lock(mutex_);
    return added_.wait_for(lock, kPatience,
                           [&] { return std::ranges::find(lines_, line) != lines_.end(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::string> lines_;
};

inline auto request_for(std::string function, std::string payload) -> LambdaRequest {
  LambdaRequest request;
  request.function = std::move(function);
  request.payload = std::move(payload);
  request.idempotency_key = "key-1";
  return request;
}

inline auto nodejs(std::string name, std::string handler, TemporaryFolder const& folder)
    -> functions::FunctionSpec {
  functions::FunctionSpec spec;
  spec.name = std::move(name);
  spec.handler = std::move(handler);
  spec.code = folder.path();
  spec.timeout = Milliseconds(60'000);
  return spec;
}

inline auto python(std::string name, std::string handler, TemporaryFolder const& folder)
    -> functions::FunctionSpec {
  auto spec = nodejs(std::move(name), std::move(handler), folder);
  spec.runtime = functions::FunctionRuntime::kPython;
  return spec;
}

inline auto command(std::string name, std::string script) -> functions::FunctionSpec {
  functions::FunctionSpec spec;
  spec.name = std::move(name);
  spec.runtime = functions::FunctionRuntime::kCommand;
  spec.command = std::move(script);
  spec.code = "/";
  spec.timeout = Milliseconds(60'000);
  return spec;
}

// What a function answered, in short: the payload, marked where it is an error's.
inline auto payload_of(LambdaResult const& result) -> std::string {
  if (!result) return "(no answer) " + result.error().error.cause;
  return (result->headers.find("X-Amz-Function-Error") ? "failed: " : "") + result->body;
}

class Host {
 public:
  explicit Host(std::vector<functions::FunctionSpec> specs,
                functions::FunctionHostOptions options = {}) {
    options.log = log.sink();
    auto started = functions::FunctionHost::start(std::move(specs), std::move(options));
    TREADLE_ASSERT(started.has_value());
    host_ = *std::move(started);
  }
  auto operator->() -> functions::FunctionHost* { return host_.get(); }

  auto begin(LambdaRequest request, std::uint32_t history_id = 1) -> Awaited<LambdaResult> {
    Awaited<LambdaResult> result;
    host_->invoke({{1, 2}, history_id}, std::move(request), result.setter());
    return result;
  }
  auto call(std::string function, std::string payload) -> std::string {
    return payload_of(begin(request_for(std::move(function), std::move(payload))).get());
  }

  Log log;  // outlives the host

 private:
  std::unique_ptr<functions::FunctionHost> host_;
};

}  // namespace treadle::integrations::testing
