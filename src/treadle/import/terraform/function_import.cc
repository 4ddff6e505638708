#include "treadle/import/terraform/function_import.h"

#include <algorithm>

#include <fmt/format.h>

namespace treadle::import::terraform {
namespace {

namespace fs = std::filesystem;

class FunctionImport {
 public:
  FunctionImport(Configuration& configuration, Block const& block, Instance const& instance,
                 fs::path const& folder)
      : configuration_(configuration), block_(block), instance_(instance), folder_(folder) {
    enter(scopes_, instance);
  }

  auto run() -> ImportedFunction {
    ImportedFunction out;
    out.function.name = block_.labels[1] + instance_.suffix;
    auto const runtime_text = text(block_.body, "runtime").value_or("");
    auto const runtime = runtime_of(runtime_text);
    auto handler = text(block_.body, "handler");
    if (!runtime || !handler) {
      out.remark = runtime_text.empty() || runtime
                       ? "no handler yet: invoked at the Lambda endpoint"
                       : fmt::format("{} isn't run here: invoked at the Lambda endpoint",
                                     single_line(runtime_text));
      return out;
    }
    out.function.runtime = runtime;
    out.function.handler = std::move(*handler);
    find_code(out);
    if (auto const timeout = number(block_.body, "timeout"))
      out.function.timeout = std::chrono::seconds(*timeout);
    if (auto const memory = number(block_.body, "memory_size")) out.function.memory_mb = memory;
    read_environment(out.function);
    return out;
  }

 private:
  static auto runtime_of(std::string_view text) -> std::optional<FunctionRuntime> {
    if (text.starts_with("nodejs")) return FunctionRuntime::kNodejs;
    if (text.starts_with("python")) return FunctionRuntime::kPython;
    return std::nullopt;
  }

  // Remarks become comments: nothing of the configuration may end their line.
  static auto single_line(std::string text) -> std::string {
    constexpr std::size_t kShownMax = 60;
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (text.size() > kShownMax) text.resize(kShownMax);
    return text;
  }

  // An attribute that can't be evaluated is left out: the function is run without it.
  auto value(Body const& body, std::string_view attribute) -> std::optional<Value> {
    auto found = configuration_.attribute(body, attribute, scopes_.innermost);
    if (found) return std::move(*found);
    configuration_.warn(found.error().at,
                        fmt::format("'{}' of function '{}' is left out: {}", attribute,
                                    block_.labels[1], found.error().message));
    return std::nullopt;
  }

  auto text(Body const& body, std::string_view attribute) -> std::optional<std::string> {
    auto const found = value(body, attribute);
    return found ? to_text(*found) : std::nullopt;
  }

  auto number(Body const& body, std::string_view attribute) -> std::optional<std::uint32_t> {
    constexpr long double kMax = 86'400;
    auto const found = value(body, attribute);
    auto const n = found ? to_number(*found) : std::nullopt;
    if (!n || *n < 1 || *n > kMax) return std::nullopt;
    return static_cast<std::uint32_t>(*n);
  }

  // The archive_file whose output_path is the function's filename; nullptr when it is something
  // else.
  auto archive() const -> Block const* {
    auto const* filename = block_.body.attribute("filename");
    auto const* reference =
        filename == nullptr ? nullptr : std::get_if<Postfix>(&filename->expression->node);
    auto const* root =
        reference == nullptr ? nullptr : std::get_if<Variable>(&reference->base->node);
    bool const is_archive = root != nullptr && root->name == "data" &&
                            reference->steps.size() >= 2 &&
                            reference->steps[0].name == "archive_file";
    return is_archive ? configuration_.data_source({"archive_file", reference->steps[1].name})
                      : nullptr;
  }

  void find_code(ImportedFunction& out) {
    if (auto const* block = archive()) {
      if (auto const source = text(block->body, "source_dir")) return set_code(out, *source);
      if (auto const file = text(block->body, "source_file"))
        return set_code(out, fs::path(*file).parent_path());
    }
    auto const filename =
        block_.body.attribute("filename") == nullptr ? std::nullopt : text(block_.body, "filename");
    if (filename && !fs::path(*filename).has_extension()) return set_code(out, *filename);
    out.function.code = folder_;
    out.remark =
        filename ? fmt::format("code: name the folder that {} is made of", single_line(*filename))
                 : "code: name the folder that holds the handler";
    configuration_.warn(
        block_.at,
        fmt::format(
            "the code of function '{}' is in no folder that is known: set 'code' in treadle.yaml",
            block_.labels[1]));
  }

  void set_code(ImportedFunction& out, fs::path const& path) const {
    out.function.code = (folder_ / path).lexically_normal();
  }

  void read_environment(Function& function) {
    auto const environment = std::ranges::find(block_.body.blocks, "environment", &Block::type);
    if (environment == block_.body.blocks.end()) return;
    auto const* variables = environment->body.attribute("variables");
    if (variables == nullptr) return;
    // One by one, so that one that isn't known doesn't cost the others.
    if (auto const* object = std::get_if<ObjectLiteral>(&variables->expression->node)) {
      for (auto const& item : object->items) add_variable(function, item);
      return;
    }
    auto const all = value(environment->body, "variables");
    if (!all || !all->is_object()) return;
    for (auto const& [key, variable] : all->members())
      if (auto variable_text = to_text(variable))
        function.environment.emplace_back(key, std::move(*variable_text));
  }

  void add_variable(Function& function, ObjectItem const& item) {
    auto& evaluator = configuration_.evaluator();
    Environment const environment{&configuration_, scopes_.innermost};
    auto key = evaluator.evaluate_text(*item.key, environment);
    auto variable = evaluator.evaluate_text(*item.value, environment);
    bool const is_new = key && std::ranges::find(function.environment, *key,
                                                 &std::pair<std::string, std::string>::first) ==
                                   function.environment.end();
    if (is_new && variable) {
      function.environment.emplace_back(std::move(*key), std::move(*variable));
    } else if (!key || !variable) {
      auto const& error = key ? variable.error() : key.error();
      configuration_.warn(error.at, fmt::format("this variable of function '{}' is left out: {}",
                                                block_.labels[1], error.message));
    }
  }

  Configuration& configuration_;
  Block const& block_;
  Instance const& instance_;
  fs::path const& folder_;
  InstanceScopes scopes_;
};

}  // namespace

auto import_function(Configuration& configuration, Block const& block, Instance const& instance,
                     fs::path const& folder) -> ImportedFunction {
  return FunctionImport(configuration, block, instance, folder).run();
}

}  // namespace treadle::import::terraform
