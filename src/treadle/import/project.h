// What `treadle.yaml` in a project's folder says: state machines, functions that run on this machine,
// where services are, and what HTTP Tasks may do. The format: docs/treadle-yaml.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/import/project_local_services.h"
#include "treadle/import/yaml.h"

namespace treadle::import {

inline constexpr std::string_view kProjectFile = "treadle.yaml";
inline constexpr std::string_view kDefaultRoleArn = "arn:aws:iam::123456789012:role/treadle";

using Pairs = std::vector<std::pair<std::string, std::string>>;  // as written, names unique

struct LoggingConfiguration {
  std::string level = "OFF";  // ALL, ERROR, FATAL or OFF
  bool include_execution_data = false;
  std::string log_group_arn;  // as written, ":*" at its end included; may be empty
  friend bool operator==(LoggingConfiguration const&, LoggingConfiguration const&) = default;
};

struct StateMachine {
  std::string name;
  std::string place;       // of its entry: "FILE:LINE:COLUMN"
  std::string definition;  // the text of the file, to the byte
  asl::MachineType type = asl::MachineType::kStandard;
  std::string role_arn = std::string(kDefaultRoleArn);
  std::optional<LoggingConfiguration> logging;
  bool is_tracing_enabled = false;
  Pairs tags;
};

enum class FunctionRuntime : std::uint8_t { kNodejs, kPython, kCommand, kHttp };

struct Function {
  std::string name;
  // None: the function isn't run here but invoked at the Lambda endpoint.
  std::optional<FunctionRuntime> runtime;
  std::string handler;         // "file.export" of kNodejs, "module.function" of kPython
  std::string command;         // of kCommand, for /bin/sh -c
  std::string url;             // of kHttp
  std::filesystem::path code;  // folder, absolute; the project's own where none is named
  Pairs environment;
  std::optional<std::chrono::seconds> timeout;
  std::optional<std::uint32_t> memory_mb;
};

// Where a service that tasks call is.
enum class ServicePlace : std::uint8_t { kLocal, kAws, kUrl };

struct Service {
  std::string id;  // as AWS SDK integrations have it: "dynamodb", "sfn"
  ServicePlace place = ServicePlace::kLocal;
  std::string url;      // of kUrl
  std::string written;  // the place of the setting: "FILE:LINE:COLUMN"
};

// A text, or where it is to be had: secrets do not stand in the file.
struct Text {
  enum class Kind : std::uint8_t { kPlain, kEnvironment, kFile };
  Kind kind = Kind::kPlain;
  std::string value;    // the text, the variable's name, or the file's absolute path
  std::string written;  // "FILE:LINE:COLUMN"
};
using Texts = std::vector<std::pair<std::string, Text>>;

struct ConnectionFields {
  Texts headers;
  Texts query_parameters;
  Texts body_parameters;
};

// What HTTP Tasks are authorized with, as EventBridge's connections have it.
struct Connection {
  enum class Authorization : std::uint8_t { kBasic, kApiKey, kOAuthClientCredentials };
  std::string name;
  std::string arn;  // empty: any of a connection of that name
  Authorization authorization = Authorization::kApiKey;
  Text user;                 // of kBasic; of kApiKey the header's name; of OAuth the client's id
  Text secret;               // never plain
  std::string token_url;     // of OAuth
  std::string token_method;  // GET, POST, PUT; empty: POST
  ConnectionFields token_fields;
  ConnectionFields fields;
};

// Where HTTP Tasks may go besides public addresses by https.
struct HttpTaskRules {
  std::vector<std::string> allow;       // "10.1.0.0/16", "127.0.0.1"
  std::vector<std::string> allow_http;  // "HOST", "HOST:PORT"
};

// Who is told when executions start, are redriven and end.
struct StatusChangeRules {
  bool to_event_bus = false;
  std::vector<std::string> webhooks;  // URLs
};

// Where the logs of state machines go, and how much of them files keep.
struct LogRules {
  enum class Place : std::uint8_t { kFiles, kStandardOutput, kCloudWatch, kNowhere };
  std::optional<Place> to;  // nullopt: that depends on where CloudWatch Logs is
  std::optional<std::uint64_t> file_megabytes;
  std::optional<std::uint64_t> files;  // of a log group
};

struct Project {
  std::vector<StateMachine> state_machines;  // as written
  std::vector<Function> functions;           // as written
  std::vector<Service> services;             // as written
  std::vector<Connection> connections;       // as written
  HttpTaskRules http_task;
  StatusChangeRules status_changes;
  LogRules logs;
  ServiceEntries local_services;
  std::optional<yaml::Node> approvals;  // a file's name, or what stands in approvals.yaml
};

// The project in `folder`, definitions read. An error is one line, "FILE:LINE:COLUMN: what was
// expected" or "FILE: why it can't be read". Nothing is validated but the form; definitions are
// not.
[[nodiscard]] auto load_project(std::filesystem::path const& folder)
    -> Result<Project, std::string>;

// A state machine's name: 1 to 80 letters, digits, '-' and '_', so that it is a file's name too.
// Source: API reference, CreateStateMachine.
[[nodiscard]] auto is_machine_name(std::string_view name) -> bool;

// "nodejs", "python", "command", "http".
[[nodiscard]] auto runtime_name(FunctionRuntime runtime) -> std::string_view;

}  // namespace treadle::import
