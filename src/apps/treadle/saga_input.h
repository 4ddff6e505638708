// What `treadle saga` works on: a saga or a state machine, from a file or from a server, with its roles.
#pragma once

#include <string>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/saga/roles.h"

namespace CLI {
class App;
}

namespace treadle::app {

struct SagaOptions {
  std::string file;     // "-" is standard input
  std::string machine;  // instead: of a server, by name or ARN
  std::string endpoint;
  std::string side;  // a file of roles
  std::vector<std::string> compensates;
  std::vector<std::string> read_only;
  std::string region = "us-east-1";
  std::string account = "123456789012";

  void add_account_to(CLI::App& app);
  void add_roles_to(CLI::App& app);
};

struct SagaInput {
  std::string text;  // the definition; of a saga what it compiles to
  asl::DefinitionPtr definition;
  saga::Roles roles;
};

// The saga in `options.file`, compiled. An error is for the user.
[[nodiscard]] auto compile_saga(SagaOptions const& options) -> Result<std::string, std::string>;

// Whatever `options` name. An error is for the user.
[[nodiscard]] auto read_saga_input(SagaOptions const& options) -> Result<SagaInput, std::string>;

}  // namespace treadle::app
