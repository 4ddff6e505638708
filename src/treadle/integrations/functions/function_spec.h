// A Lambda function that runs on this machine, as `treadle.yaml` describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "treadle/base/time.h"

namespace treadle::integrations::functions {

enum class FunctionRuntime : std::uint8_t {
  kNodejs,   // `handler` "file.export" under `code`, by the machine's node
  kPython,   // `handler` "module.function" under `code`, by the machine's python3
  kCommand,  // `command`, started for each invocation: JSON on standard input and output
  kHttp,     // POST of the JSON to `url`
};

struct FunctionSpec {
  std::string name;
  FunctionRuntime runtime = FunctionRuntime::kNodejs;
  std::string handler;                             // of kNodejs, kPython
  std::string code;                                // folder; the working directory of the process
  std::string command;                             // of kCommand: run by /bin/sh -c
  std::string url;                                 // of kHttp
  std::map<std::string, std::string> environment;  // beyond what the server itself has
  Milliseconds timeout = Milliseconds(3'000);      // Lambda's default
  std::uint32_t memory_mb = 128;                   // told to the handler, not enforced
  std::size_t concurrency_max = 10;  // processes, or calls under way; further ones wait
};

}  // namespace treadle::integrations::functions
