#include "treadle/import/terraform/configuration.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "treadle/import/terraform/parser.h"

namespace treadle::import::terraform {
namespace {

constexpr std::size_t kInstancesMax = 1000;

auto is_label(std::string_view text) -> bool {
  return !text.empty() && text.size() <= kLabelBytesMax && std::ranges::none_of(text, [](char c) {
    return std::string_view(" \t\r\n\"'\\${}").contains(c);
  });
}

}  // namespace

auto as_suffix(std::string_view key) -> std::string {
  std::string out = "-";
  for (char const c : key) {
    bool const is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_';
    out += is_plain ? c : '_';
  }
  return out;
}

namespace {

auto make_object(std::initializer_list<Member> members) -> Value { return Value::object(members); }

auto instances_of_count(Value const& count, Location at) -> Outcome<std::vector<Instance>> {
  auto const number = to_number(count);
  if (!number || *number < 0 || std::trunc(*number) != *number || *number > kInstancesMax)
    return problem(at, fmt::format("expected a whole number up to {} as the count", kInstancesMax));
  std::vector<Instance> out;
  for (std::size_t i = 0; i < static_cast<std::size_t>(*number); ++i)
    out.push_back({.suffix = i == 0 ? "" : fmt::format("-{}", i),
                   .each = std::nullopt,
                   .count = make_object({{"index", Value::number(static_cast<long double>(i))}})});
  return out;
}

auto instances_of_for_each(Value const& collection, Location at) -> Outcome<std::vector<Instance>> {
  if (!collection.is_list() && !collection.is_object())
    return problem(at, "expected a map or a set of strings to repeat the block for");
  std::vector<Instance> out;
  for (auto const& [key, value] : iterate(collection, Order::kSorted)) {
    auto const name = to_text(collection.is_list() ? value : key);
    if (!name || name->size() > kLabelBytesMax)
      return problem(at, fmt::format("expected strings of at most {} bytes to repeat the block for",
                                     kLabelBytesMax));
    if (out.size() == kInstancesMax)
      return problem(at, fmt::format("expected at most {} repetitions", kInstancesMax));
    out.push_back({.suffix = as_suffix(*name),
                   .each = make_object({{"key", Value::string(*name)}, {"value", value}}),
                   .count = std::nullopt});
  }
  return out;
}

}  // namespace

void enter(InstanceScopes& scopes, Instance const& instance) {
  scopes.innermost = nullptr;
  if (instance.each) {
    scopes.each = {scopes.innermost, "each", *instance.each};
    scopes.innermost = &scopes.each;
  }
  if (instance.count) {
    scopes.count = {scopes.innermost, "count", *instance.count};
    scopes.innermost = &scopes.count;
  }
}

auto Configuration::load(Sources& sources, Inputs inputs, ReadFile read_file)
    -> Outcome<std::unique_ptr<Configuration>> {
  std::unique_ptr<Configuration> out(
      new Configuration(sources, std::move(inputs), std::move(read_file)));
  TRY(out->read_blocks());
  TRY(out->read_variable_files());
  return out;
}

auto Configuration::read_blocks() -> Outcome<void> {
  for (auto& [name, text] : inputs_.configurations) {
    auto const file = evaluator_.sources().add(name, std::move(text));
    if (!file) return problem(kNowhere, file.error());
    bodies_.push_back(TRY(parse_configuration(evaluator_.sources(), *file)));
  }
  for (auto const& body : bodies_) {
    for (auto const& attribute : body.attributes)
      return problem(
          attribute.at,
          fmt::format("expected a block, but '{}' is an attribute; is this a .tfvars file?",
                      attribute.name));
    for (auto const& block : body.blocks) TRY(index_block(block));
  }
  return {};
}

auto Configuration::index_block(Block const& block) -> Outcome<void> {
  struct Form {
    std::string_view type;
    std::size_t labels;
  };
  constexpr std::array kForms = {Form{"resource", 2}, Form{"data", 2}, Form{"variable", 1},
                                 Form{"module", 1}, Form{"locals", 0}};
  auto const* form = std::ranges::find(kForms, std::string_view(block.type), &Form::type);
  if (form == kForms.end())
    return {};  // provider, terraform, output, moved, check ...: nothing depends on them
  if (block.labels.size() != form->labels)
    return problem(block.at, fmt::format("expected {} labels after '{}', but there are {}",
                                         form->labels, block.type, block.labels.size()));
  for (auto const& label : block.labels)
    if (!is_label(label))
      return problem(block.at, fmt::format("expected labels that are names of at most {} bytes",
                                           kLabelBytesMax));
  if (block.type == "locals") {
    for (auto const& attribute : block.body.attributes)
      if (!locals_.emplace(attribute.name, Local{.attribute = &attribute, .value = std::nullopt})
               .second)
        return problem(attribute.at,
                       fmt::format("expected the local '{}' only once", attribute.name));
    return {};
  }
  bool is_new = true;
  if (block.type == "resource") {
    is_new = resources_.emplace(BlockId{block.labels[0], block.labels[1]}, &block).second;
    resources_in_order_.push_back(&block);
  } else if (block.type == "data") {
    is_new = data_.emplace(BlockId{block.labels[0], block.labels[1]}, &block).second;
  } else if (block.type == "variable") {
    is_new = variables_.emplace(block.labels[0], &block).second;
  } else {
    warn(block.at,
         fmt::format("module '{}' isn't imported: import its folder on its own", block.labels[0]));
  }
  if (!is_new)
    return problem(block.at, fmt::format("expected '{}' only once: it is declared above",
                                         block.labels.back()));
  return {};
}

auto Configuration::resources(std::string_view type) const -> std::vector<Block const*> {
  std::vector<Block const*> out;
  std::ranges::copy_if(resources_in_order_, std::back_inserter(out),
                       [&](Block const* block) { return block->labels[0] == type; });
  return out;
}

auto Configuration::data_source(BlockId const& id) const -> Block const* {
  auto const found = data_.find(id);
  return found == data_.end() ? nullptr : found->second;
}

auto Configuration::instances(Block const& block) -> Outcome<std::span<Instance const>> {
  if (auto const known = instances_.find(&block); known != instances_.end()) return known->second;
  std::vector<Instance> all(1);
  if (auto const* count = block.body.attribute("count")) {
    auto const number = TRY(evaluator_.evaluate(*count->expression, {this, nullptr}));
    all = TRY(instances_of_count(number, count->at));
  } else if (auto const* for_each = block.body.attribute("for_each")) {
    auto const collection = TRY(evaluator_.evaluate(*for_each->expression, {this, nullptr}));
    all = TRY(instances_of_for_each(collection, for_each->at));
  }
  return instances_.insert_or_assign(&block, std::move(all)).first->second;
}

auto Configuration::attribute(Body const& body, std::string_view name, Scope const* scope)
    -> Outcome<std::optional<Value>> {
  auto const* found = body.attribute(name);
  if (found == nullptr) return std::nullopt;
  auto value = TRY(evaluator_.evaluate(*found->expression, {this, scope}));
  if (value.is_null()) return std::nullopt;
  return value;
}

void Configuration::warn(Location at, std::string message) {
  auto const is_same = [&](Problem const& p) {
    return p.at.file == at.file && p.at.offset == at.offset && p.message == message;
  };
  if (warnings_.size() < kWarningsMax && std::ranges::none_of(warnings_, is_same))
    warnings_.push_back({std::move(message), at, Severity::kWarning});
}

auto Configuration::resolve(Evaluator& /*evaluator*/, std::string_view root,
                            std::span<Step const> steps, Location at, Scope const* scope)
    -> Outcome<Resolved> {
  auto const is_name = [&](std::size_t i) {
    return i < steps.size() && steps[i].kind == Step::Kind::kAttribute;
  };
  if (root == "each" || root == "count" || root == "self")
    return problem(at, fmt::format("expected '{}' only where a block is repeated", root));
  if (!is_name(0)) {
    return problem(
        at, fmt::format("expected a name after '{0}' (as in {0}.NAME), or quotes around a string",
                        root));
  }
  auto const& name = steps[0].name;
  if (root == "var") return Resolved{TRY(variable(name, steps[0].at)), 1};
  if (root == "local") return Resolved{TRY(local(name, steps[0].at)), 1};
  if (root == "path") return Resolved{Value::string("."), 1};
  if (root == "terraform" && name == "workspace") return Resolved{Value::string("default"), 1};
  if (root == "module") return module_output(steps, at);
  if (root == "data") {
    if (!is_name(1)) return problem(at, "expected data.TYPE.LABEL");
    Reference reference{
        .id = {name, steps[1].name}, .at = at, .is_data = true, .key = std::nullopt};
    return resolve_reference(steps, std::move(reference), 2, scope);
  }
  if (!root.contains('_'))
    return problem(
        at,
        fmt::format(
            "expected var, local, data, module, path or a resource's type, but there is no '{}'",
            root));
  Reference reference{
      .id = {std::string(root), name}, .at = at, .is_data = false, .key = std::nullopt};
  return resolve_reference(steps, std::move(reference), 1, scope);
}

}  // namespace treadle::import::terraform
