#include "treadle/expr/payload_template.h"

#include <map>
#include <optional>
#include <utility>

#include "treadle/base/error_names.h"
#include "treadle/json/print.h"

namespace treadle::expr {

struct TemplateNode {
  enum class Kind : std::uint8_t {
    kConstant,
    kObject,
    kArray,
    kPath,
    kCall
  } kind = Kind::kConstant;
  std::string_view field;  // the member's name as the template has it ("a.$"); empty in arrays
  std::string_view key;    // the member's name in the result ("a")
  json::Value constant;
  std::vector<TemplateNode> parts;  // of kObject and kArray
  std::optional<jsonpath::Path> path;
  std::optional<intrinsic::Call> call;
};

namespace {

using json::Value;

constexpr std::string_view kSuffix = ".$";

// The nodes of one template and the copy of its source that they point into.
struct Compiled {
  json::Arena arena;
  TemplateNode root;
};

// A name as a part of a JSON pointer (RFC 6901).
auto pointer_token(std::string_view name) -> std::string {
  auto token = std::string("/");
  for (auto c : name) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

class TemplateCompiler {
 public:
  // Nested values are at most limits::kPayloadDepth deep, and so is the recursion.
  auto compile(Value source, std::string const& location) -> TemplateNode {
    auto node = TemplateNode();
    node.constant = source;
    if (source.is_object())
      compile_object(node, source, location);
    else if (source.is_array())
      compile_array(node, source, location);
    return node;
  }

  auto errors() -> std::vector<TemplateError>& { return errors_; }

 private:
  void compile_object(TemplateNode& node, Value source, std::string const& location) {
    auto is_constant = true;
    std::map<std::string_view, std::size_t> places;
    for (auto const& member : source.members()) {
      auto const where = location + pointer_token(member.key);
      auto part = member.key.ends_with(kSuffix) ? compile_expression(member, where)
                                                : compile(member.value, where);
      part.field = member.key;
      part.key = member.key;
      if (member.key.ends_with(kSuffix)) part.key.remove_suffix(kSuffix.size());
      is_constant = is_constant && part.kind == TemplateNode::Kind::kConstant;
      // "a" and "a.$" name the same member: the later one stands, in the place of the first.
      auto const [place, is_new] = places.try_emplace(part.key, node.parts.size());
      if (is_new)
        node.parts.push_back(std::move(part));
      else
        node.parts[place->second] = std::move(part);
    }
    settle(node, TemplateNode::Kind::kObject, is_constant);
  }

  void compile_array(TemplateNode& node, Value source, std::string const& location) {
    auto is_constant = true;
    for (auto element : source.elements()) {
      auto const where = location + "/" + std::to_string(node.parts.size());
      node.parts.push_back(compile(element, where));
      is_constant = is_constant && node.parts.back().kind == TemplateNode::Kind::kConstant;
    }
    settle(node, TemplateNode::Kind::kArray, is_constant);
  }

  static void settle(TemplateNode& node, TemplateNode::Kind kind, bool is_constant) {
    if (is_constant)
      node.parts.clear();
    else
      node.kind = kind;
  }

  auto compile_expression(json::Member const& member, std::string const& where) -> TemplateNode {
    auto node = TemplateNode();
    auto const text = member.value.is_string() ? member.value.as_string() : std::string_view();
    if (text.starts_with('$')) {
      auto path = jsonpath::Path::parse(text);
      if (!path) return reject(member, where);
      node.kind = TemplateNode::Kind::kPath;
      node.path = *std::move(path);
      return node;
    }
    auto call = intrinsic::Call::parse(text);
    if (!call || call->misfit()) return reject(member, where);
    node.kind = TemplateNode::Kind::kCall;
    node.call = *std::move(call);
    return node;
  }

  auto reject(json::Member const& member, std::string const& where) -> TemplateNode {
    errors_.push_back({where, "The value for the field '" + std::string(member.key) +
                                  "' must be a valid JSONPath or a valid intrinsic function call"});
    return {};
  }

  std::vector<TemplateError> errors_;
};

class TemplateEvaluator {
 public:
  TemplateEvaluator(Value input, Environment& environment, json::Arena& arena)
      : input_(input), environment_(environment), arena_(arena) {}

  auto evaluate(TemplateNode const& node) -> Result<Value> {
    switch (node.kind) {
      case TemplateNode::Kind::kConstant: return node.constant;
      case TemplateNode::Kind::kObject: return evaluate_object(node);
      case TemplateNode::Kind::kArray: return evaluate_array(node);
      case TemplateNode::Kind::kPath: return evaluate_path(node);
      case TemplateNode::Kind::kCall:
        return part(intrinsic::evaluate(*node.call, input_, environment_, arena_));
    }
    return Value();
  }

 private:
  // A whole document that becomes a part of another one prints like the rest of that.
  auto part(Result<Value> value) -> Result<Value> {
    if (value && !value->source().empty()) return value->without_source(arena_);
    return value;
  }

  auto evaluate_object(TemplateNode const& node) -> Result<Value> {
    auto* members = arena_.allocate_array<json::Member>(node.parts.size());
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      auto const value = TRY(evaluate(node.parts[i]));
      new (members + i) json::Member{node.parts[i].key, value};
    }
    return json::make_object(arena_, std::span(members, node.parts.size()),
                             json::KeyStorage::kOutlives);
  }

  auto evaluate_array(TemplateNode const& node) -> Result<Value> {
    auto* elements = arena_.allocate_array<Value>(node.parts.size());
    for (std::size_t i = 0; i < node.parts.size(); ++i)
      new (elements + i) Value(TRY(evaluate(node.parts[i])));
    return json::make_array(arena_, std::span(elements, node.parts.size()));
  }

  auto evaluate_path(TemplateNode const& node) -> Result<Value> {
    auto const value = jsonpath::evaluate(*node.path, input_, environment_, arena_);
    if (value) return part(*value);
    auto const& path = node.path->text();
    if (value.error().kind == jsonpath::PathError::Kind::kOther)
      return fail(errors::kRuntime,
                  "Invalid path '" + std::string(path) + "' : " + value.error().message);
    // Recorded: in a template a path that may yield several values yields none
    // where it leads nowhere.
    if (!node.path->is_definite()) return part(json::make_array(arena_, {}));
    return fail(errors::kRuntime, "The JSONPath '" + std::string(path) +
                                      "' specified for the field '" + std::string(node.field) +
                                      "' could not be found in the input '" + json::print(input_) +
                                      "'");
  }

  Value input_;
  Environment& environment_;
  json::Arena& arena_;
};

void collect_paths(TemplateNode const& node, std::vector<jsonpath::Path>& paths) {
  if (node.path) paths.push_back(*node.path);
  if (node.call) {
    auto const inner = node.call->paths();
    paths.insert(paths.end(), inner.begin(), inner.end());
  }
  for (auto const& part : node.parts) collect_paths(part, paths);
}

}  // namespace

auto PayloadTemplate::compile(Value source) -> Result<PayloadTemplate, std::vector<TemplateError>> {
  auto compiled = std::make_shared<Compiled>();
  auto const copy = json::clone(compiled->arena, source);
  auto compiler = TemplateCompiler();
  compiled->root =
      compiler.compile(copy.source().empty() ? copy : copy.without_source(compiled->arena), "");
  if (!compiler.errors().empty()) return std::unexpected(std::move(compiler.errors()));
  auto result = PayloadTemplate();
  result.root_ = std::shared_ptr<TemplateNode const>(compiled, &compiled->root);
  return result;
}

auto PayloadTemplate::is_constant() const -> bool {
  return root_->kind == TemplateNode::Kind::kConstant;
}

auto PayloadTemplate::paths() const -> std::vector<jsonpath::Path> {
  auto paths = std::vector<jsonpath::Path>();
  collect_paths(*root_, paths);
  return paths;
}

auto evaluate(PayloadTemplate const& payload_template, Value input, Environment& environment,
              json::Arena& arena) -> Result<Value> {
  return TemplateEvaluator(input, environment, arena).evaluate(payload_template.root());
}

}  // namespace treadle::expr
