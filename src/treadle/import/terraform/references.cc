// What TYPE.LABEL.ATTRIBUTE is. Part of Configuration.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/import/terraform/configuration.h"

namespace treadle::import::terraform {
namespace {

constexpr std::string_view kLambdaFunction = "aws_lambda_function";
constexpr std::string_view kLambdaAlias = "aws_lambda_alias";

auto member(std::string key, std::string value) -> Member {
  return {std::move(key), Value::string(std::move(value))};
}

// Data sources that ask AWS where it is. nullopt for any other type.
auto surroundings(std::string_view type, Place const& place) -> std::optional<Value> {
  if (type == "aws_region")
    return Value::object(
        {member("name", place.region), member("id", place.region), member("region", place.region)});
  if (type == "aws_caller_identity")
    return Value::object({member("account_id", place.account), member("id", place.account),
                          member("arn", fmt::format("arn:aws:iam::{}:root", place.account)),
                          member("user_id", place.account)});
  if (type == "aws_partition")
    return Value::object(
        {member("partition", "aws"), member("id", "aws"), member("dns_suffix", "amazonaws.com")});
  return std::nullopt;
}

// The function that an alias's function_name argument means: a name, or an ARN.
auto function_of(std::string const& name_or_arn) -> std::string {
  constexpr std::string_view kBefore = ":function:";
  auto const at = name_or_arn.find(kBefore);
  if (at == std::string::npos) return name_or_arn;
  auto const name = name_or_arn.substr(at + kBefore.size());
  return name.substr(0, name.find(':'));
}

}  // namespace

auto Configuration::find_block(Reference const& reference) const -> Block const* {
  auto const& blocks = reference.is_data ? data_ : resources_;
  auto const found = blocks.find(reference.id);
  return found == blocks.end() ? nullptr : found->second;
}

void Configuration::note_function(std::string const& name) {
  if (functions_seen_.insert(name).second) functions_.push_back(name);
}

auto Configuration::resolve_reference(std::span<Step const> steps, Reference reference,
                                      std::size_t steps_before, Scope const* scope)
    -> Outcome<Resolved> {
  auto used = steps_before;
  if (reference.id.label.size() > kLabelBytesMax)
    return problem(reference.at,
                   fmt::format("expected a label of at most {} bytes", kLabelBytesMax));
  if (used < steps.size() && steps[used].kind == Step::Kind::kIndex) {
    reference.key = TRY(evaluator_.evaluate(*steps[used].index, {this, scope}));
    if (to_text(*reference.key).value_or("").size() > kLabelBytesMax)
      return problem(steps[used].at,
                     fmt::format("expected a key of at most {} bytes", kLabelBytesMax));
    ++used;
  }
  if (used < steps.size() && steps[used].kind == Step::Kind::kAttribute)
    return Resolved{TRY(resource_attribute(reference, steps[used])), used + 1};
  return Resolved{TRY(whole_resource(reference)), used};
}

// The instance that a reference's key names. A block that is not declared has any instance.
auto Configuration::instance_of(Reference const& reference, Block const* block)
    -> Outcome<Instance> {
  if (block == nullptr) {
    auto const key = reference.key ? to_text(*reference.key) : std::nullopt;
    bool const is_first = !key || *key == "0";
    return Instance{
        .suffix = is_first ? "" : as_suffix(*key), .each = std::nullopt, .count = std::nullopt};
  }
  auto const all = TRY(instances(*block));
  if (!reference.key) return all.size() == 1 ? all[0] : Instance{};
  for (auto const& instance : all) {
    if (instance.each && equal(*instance.each->find("key"), *reference.key)) return instance;
    if (instance.count && equal(*instance.count->find("index"), *reference.key)) return instance;
  }
  return problem(
      reference.at,
      fmt::format("expected one of the instances of {}.{}, but there is none [{}]",
                  reference.id.type, reference.id.label, to_text(*reference.key).value_or("?")));
}

// A Lambda function is called by its label; everything else by the name it declares.
auto Configuration::resource_name(Reference const& reference, Block const* block,
                                  Instance const& instance) -> Outcome<std::string> {
  auto fallback = reference.id.label + instance.suffix;
  if (reference.id.type == kLambdaFunction || block == nullptr) return fallback;
  InstanceScopes scopes;
  enter(scopes, instance);
  auto const declared =
      TRY(attribute(block->body, name_argument(reference.id.type), scopes.innermost));
  if (!declared) return fallback;
  return to_text(*declared).value_or(fallback);
}

auto Configuration::resource_attribute(Reference const& reference, Step const& step)
    -> Outcome<Value> {
  if (reference.is_data)
    if (auto value = TRY(data_attribute(reference, step.name))) return std::move(*value);
  auto const* block = find_block(reference);
  auto const instance = TRY(instance_of(reference, block));
  auto const name = TRY(resource_name(reference, block, instance));
  auto const label = reference.id.label + instance.suffix;
  ResourceName const resource{.type = reference.id.type, .label = label, .name = name};
  if (reference.id.type == kLambdaFunction) note_function(name);
  if (auto text = computed_attribute(place(), resource, step.name))
    return Value::string(std::move(*text));

  InstanceScopes scopes;
  enter(scopes, instance);
  if (block != nullptr)
    if (auto value = TRY(attribute(block->body, step.name, scopes.innermost)))
      return std::move(*value);
  if (reference.id.type == kLambdaAlias && step.name == "arn" && block != nullptr) {
    auto const function = TRY(attribute(block->body, "function_name", scopes.innermost));
    auto const function_name = function ? function_of(to_text(*function).value_or(label)) : label;
    return Value::string(lambda_function_arn(place(), function_name) + ":" + name);
  }
  if (step.name == "arn") {
    if (auto arn = guessed_arn(place(), resource)) {
      warn(reference.at, fmt::format("the ARN of {}.{} is a guess: {}", reference.id.type,
                                     reference.id.label, *arn));
      return Value::string(std::move(*arn));
    }
  }
  return problem(
      step.at,
      fmt::format(
          "expected an attribute of {}.{} that is known before it is made ({}), but not '{}'",
          reference.id.type, reference.id.label,
          fmt::join(computed_attribute_names(reference.id.type), ", "), step.name));
}

// Data sources that need no resource behind them.
auto Configuration::data_attribute(Reference const& reference, std::string_view attribute_name)
    -> Outcome<std::optional<Value>> {
  if (auto const place_object = surroundings(reference.id.type, place())) {
    if (auto const* found = place_object->find(attribute_name)) return *found;
    return std::nullopt;
  }
  auto const* block = find_block(reference);
  if (block == nullptr || reference.id.type != "template_file" || attribute_name != "rendered")
    return std::nullopt;
  InstanceScopes scopes;
  auto const instance = TRY(instance_of(reference, block));
  enter(scopes, instance);
  return TRY(render_template_data(*block, scopes.innermost));
}

auto Configuration::render_template_data(Block const& block, Scope const* scope) -> Outcome<Value> {
  auto const text = TRY(attribute(block.body, "template", scope));
  if (!text || !text->is_string())
    return problem(block.at, "expected a 'template' that is a string");
  auto const variables = TRY(attribute(block.body, "vars", scope)).value_or(Value::object({}));
  return evaluator_.render_template(fmt::format("template_file.{}", block.labels[1]),
                                    text->as_string(), variables, block.at);
}

// A resource without an attribute: an object of what is known; a list or a map of those where the
// block is repeated.
auto Configuration::whole_resource(Reference const& reference) -> Outcome<Value> {
  if (auto place_object =
          reference.is_data ? surroundings(reference.id.type, place()) : std::nullopt)
    return *place_object;
  auto const* block = find_block(reference);
  auto const make = [&](Instance const& instance) -> Outcome<Value> {
    auto const name = TRY(resource_name(reference, block, instance));
    auto const label = reference.id.label + instance.suffix;
    ResourceName const resource{.type = reference.id.type, .label = label, .name = name};
    if (reference.id.type == kLambdaFunction) note_function(name);
    std::vector<Member> members;
    for (auto const attribute_name : computed_attribute_names(reference.id.type))
      if (auto text = computed_attribute(place(), resource, attribute_name))
        members.push_back(member(std::string(attribute_name), std::move(*text)));
    return Value::object(std::move(members));
  };
  bool const is_counted = block != nullptr && block->body.attribute("count") != nullptr;
  bool const is_repeated =
      is_counted || (block != nullptr && block->body.attribute("for_each") != nullptr);
  if (reference.key || !is_repeated) return make(TRY(instance_of(reference, block)));
  std::vector<Value> list;
  std::vector<Member> map;
  for (auto const& instance : TRY(instances(*block))) {
    auto object = TRY(make(instance));
    if (is_counted) {
      list.push_back(std::move(object));
    } else {
      map.push_back({instance.each->find("key")->as_string(), std::move(object)});
    }
  }
  return is_counted ? Value::list(std::move(list)) : Value::object(std::move(map));
}

// A module's output that looks like the ARN of a Lambda function is the function named after the
// module.
auto Configuration::module_output(std::span<Step const> steps, Location at) -> Outcome<Resolved> {
  constexpr std::string_view kLambdaOutputs[] = {"lambda_function_arn", "lambda_arn",
                                                 "function_arn"};
  bool const has_output = steps.size() > 1 && steps[1].kind == Step::Kind::kAttribute;
  if (!has_output || std::ranges::find(kLambdaOutputs, steps[1].name) == std::end(kLambdaOutputs))
    return problem(
        at, fmt::format("expected a reference within this folder: module '{}' isn't imported",
                        steps[0].name));
  note_function(steps[0].name);
  warn(at, fmt::format("module '{0}' isn't imported: its Lambda function is taken to be '{0}'",
                       steps[0].name));
  return Resolved{Value::string(lambda_function_arn(place(), steps[0].name)), 2};
}

}  // namespace treadle::import::terraform
