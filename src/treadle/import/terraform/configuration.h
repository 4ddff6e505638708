// The blocks of a Terraform module, and what references to them mean.
//
// A reference to a Lambda function is the function named after its resource's label, in the
// configured region and account, whether or not the resource is declared: that name is the key
// under `functions` in treadle.yaml. Other resources get the names they declare, and ARNs as AWS
// would make them.
//
// DIFFERS from Terraform: a variable needs no declaration, and one without a value is "dev" (a
// warning); values come from --var, TF_VAR_*, *.auto.tfvars, terraform.tfvars, default, in this
// order (Terraform looks at TF_VAR_* after the files); the region is not the provider's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/import/terraform/aws.h"
#include "treadle/import/terraform/evaluator.h"
#include "treadle/import/terraform/source.h"
#include "treadle/import/terraform/syntax.h"

namespace treadle::import::terraform {

struct TextFile {
  std::string name;  // for messages
  std::string text;
};

struct Assignment {
  std::string name;
  std::string value;
};

// All that an import reads. Files later in a list win over earlier ones.
struct Inputs {
  std::vector<TextFile> configurations;  // *.tf
  std::vector<TextFile> variable_files;  // terraform.tfvars, then *.auto.tfvars
  std::vector<Assignment> environment;   // TF_VAR_NAME without its prefix
  std::vector<Assignment> flags;         // --var
  Place place;
};

// One of the resources that a block with count or for_each stands for; a plain block has one.
struct Instance {
  std::string suffix;          // "", "-1", "-KEY": goes after the label
  std::optional<Value> each;   // {key, value} of for_each
  std::optional<Value> count;  // {index} of count
};

// Of a block's label, of the key of an instance.
inline constexpr std::size_t kLabelBytesMax = 200;

// "-KEY" with everything but letters, digits, '-' and '_' as '_': what may follow a label in a
// name.
[[nodiscard]] auto as_suffix(std::string_view key) -> std::string;

// A block in the surroundings in which it is evaluated.
struct InstanceScopes {
  Scope each;
  Scope count;
  Scope const* innermost = nullptr;
};

struct BlockId {
  std::string type;   // "aws_lambda_function"
  std::string label;  // "validate_order"
  friend auto operator<=>(BlockId const&, BlockId const&) = default;
};

class Configuration final : public Names {
 public:
  // Parses everything; the first error ends it. `sources` outlives the configuration.
  [[nodiscard]] static auto load(Sources& sources, Inputs inputs, ReadFile read_file)
      -> Outcome<std::unique_ptr<Configuration>>;

  // The resources of one type, in the order of the text.
  [[nodiscard]] auto resources(std::string_view type) const -> std::vector<Block const*>;
  [[nodiscard]] auto data_source(BlockId const& id) const -> Block const*;  // or nullptr

  // What `count` or `for_each` make of a block.
  [[nodiscard]] auto instances(Block const& block) -> Outcome<std::span<Instance const>>;

  // The value of an attribute; nullopt when it is not set or null.
  [[nodiscard]] auto attribute(Body const& body, std::string_view name, Scope const* scope)
      -> Outcome<std::optional<Value>>;

  [[nodiscard]] auto evaluator() -> Evaluator& { return evaluator_; }
  [[nodiscard]] auto place() const -> Place const& { return inputs_.place; }

  // The Lambda functions that evaluated text referred to, in the order in which it did.
  [[nodiscard]] auto functions_referred_to() const -> std::vector<std::string> const& {
    return functions_;
  }
  [[nodiscard]] auto warnings() const -> std::vector<Problem> const& { return warnings_; }
  // Once for each place and message; no more than kWarningsMax in all.
  void warn(Location at, std::string message);
  static constexpr std::size_t kWarningsMax = 1000;

  auto resolve(Evaluator& evaluator, std::string_view root, std::span<Step const> steps,
               Location at, Scope const* scope) -> Outcome<Resolved> override;

 private:
  struct Local {
    Attribute const* attribute = nullptr;
    std::optional<Value> value;
    bool is_being_evaluated = false;
  };
  struct Reference {  // TYPE.LABEL[KEY].ATTRIBUTE, or the same after data.
    BlockId id;
    Location at;
    bool is_data = false;
    std::optional<Value> key;
  };

  Configuration(Sources& sources, Inputs inputs, ReadFile read_file)
      : inputs_(std::move(inputs)), evaluator_(sources, std::move(read_file)) {}

  auto read_blocks() -> Outcome<void>;
  auto index_block(Block const& block) -> Outcome<void>;
  auto read_variable_files() -> Outcome<void>;

  // variables.cc
  auto variable(std::string_view name, Location at) -> Outcome<Value>;
  auto find_variable_value(std::string const& name) -> Outcome<std::optional<Value>>;
  auto value_from_text(std::string const& name, std::string const& text, std::string_view origin)
      -> Outcome<Value>;
  auto missing_variable(std::string const& name, Location at) -> Outcome<Value>;
  auto local(std::string const& name, Location at) -> Outcome<Value>;

  // references.cc
  auto resolve_reference(std::span<Step const> steps, Reference reference, std::size_t steps_before,
                         Scope const* scope) -> Outcome<Resolved>;
  auto resource_attribute(Reference const& reference, Step const& step) -> Outcome<Value>;
  auto data_attribute(Reference const& reference, std::string_view attribute)
      -> Outcome<std::optional<Value>>;
  auto render_template_data(Block const& block, Scope const* scope) -> Outcome<Value>;
  auto whole_resource(Reference const& reference) -> Outcome<Value>;
  auto instance_of(Reference const& reference, Block const* block) -> Outcome<Instance>;
  auto resource_name(Reference const& reference, Block const* block, Instance const& instance)
      -> Outcome<std::string>;
  auto module_output(std::span<Step const> steps, Location at) -> Outcome<Resolved>;
  [[nodiscard]] auto find_block(Reference const& reference) const -> Block const*;
  void note_function(std::string const& name);

  Inputs inputs_;
  Evaluator evaluator_;
  std::vector<Body> bodies_;
  std::vector<Block const*> resources_in_order_;
  std::map<BlockId, Block const*> resources_;
  std::map<BlockId, Block const*> data_;
  std::map<std::string, Block const*, std::less<>> variables_;
  std::map<std::string, Value, std::less<>> variable_values_;
  std::map<std::string, Value, std::less<>> file_values_;  // of *.tfvars
  std::map<std::string, Local, std::less<>> locals_;
  std::map<Block const*, std::vector<Instance>> instances_;
  std::vector<std::string> functions_;
  std::set<std::string, std::less<>> functions_seen_;
  std::vector<Problem> warnings_;
};

// `scopes` as the surroundings of `instance`, on top of nothing. It must stay where it is while in
// use.
void enter(InstanceScopes& scopes, Instance const& instance);

}  // namespace treadle::import::terraform
