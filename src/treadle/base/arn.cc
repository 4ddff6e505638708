#include "treadle/base/arn.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/utf8.h"

namespace treadle {

namespace {

constexpr std::string_view kService = "states";

// What stands before the next `separator`, which is dropped with it; nullopt without a separator.
auto take_until(std::string_view& text, char separator) -> std::optional<std::string_view> {
  auto const at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  auto const taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

auto is_lower_or_digit(char c) -> bool { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }

// Lower-case words and '-', beginning with a letter: a partition, a service, the most of a region.
auto is_token(std::string_view text) -> bool {
  return !text.empty() && is_lower_or_digit(text.front()) && !is_digit(text.front()) &&
         text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

// Like "us-east-1" or "us-gov-west-1": tokens, then a number.
auto is_region(std::string_view text) -> bool {
  constexpr std::size_t kRegionChars = 32;
  auto const dash = text.rfind('-');
  if (text.size() > kRegionChars || dash == std::string_view::npos || dash + 1 == text.size())
    return false;
  return is_token(text.substr(0, dash)) && std::ranges::all_of(text.substr(dash + 1), is_digit);
}

auto is_account(std::string_view text) -> bool {
  return text.size() == 12 && std::ranges::all_of(text, is_digit);
}

auto is_name_character(char32_t c) -> bool {
  constexpr std::u32string_view kForbidden = U"<>{}[]?*\"#%\\^|~`$&,;:/";
  constexpr std::u32string_view kBlanks = U"\u1680\u2028\u2029\u202F\u205F\u3000";
  if (c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xFFFE || c == 0xFFFF) return false;
  bool const blank = (c >= 0x2000 && c <= 0x200A) || kBlanks.contains(c);
  return !blank && !kForbidden.contains(c);
}

// Splits "NAME" or "NAME/LABEL" into the two fields.
void set_machine(StatesArn& arn, std::string_view machine) {
  auto const slash = machine.find('/');
  arn.name = machine.substr(0, slash);
  if (slash != std::string_view::npos) arn.label = machine.substr(slash + 1);
}

auto parts_of(std::string_view text) -> std::optional<std::array<std::string_view, 4>> {
  std::array<std::string_view, 4> parts{};
  std::size_t count = 0;
  for (;;) {
    if (count == parts.size()) return std::nullopt;
    auto const part = take_until(text, ':');
    parts[count++] = part.value_or(text);
    if (parts[count - 1].empty()) return std::nullopt;
    if (!part) return parts;
  }
}

// Which kind a resource is by its first word and its number of parts after that.
struct Form {
  std::string_view word;
  std::size_t parts;
  bool has_label;
  StatesResource kind;
};

constexpr Form kForms[] = {
    {"stateMachine", 1, false, StatesResource::kStateMachine},
    {"stateMachine", 2, false, StatesResource::kQualifiedStateMachine},
    {"stateMachine", 1, true, StatesResource::kMapStateMachine},
    {"execution", 2, false, StatesResource::kExecution},
    {"execution", 2, true, StatesResource::kExecution},
    {"express", 3, false, StatesResource::kExpressExecution},
    {"express", 3, true, StatesResource::kExpressExecution},
    {"mapRun", 2, true, StatesResource::kMapRun},
    {"activity", 1, false, StatesResource::kActivity},
};

auto word_of(StatesResource kind) -> std::string_view {
  return std::ranges::find(kForms, kind, &Form::kind)->word;
}

// Sets what stands behind the machine's name, by the kind.
void place_parts(StatesArn& arn, std::string_view second, std::string_view third) {
  switch (arn.kind) {
    case StatesResource::kStateMachine:
    case StatesResource::kMapStateMachine:
    case StatesResource::kActivity: return;
    case StatesResource::kQualifiedStateMachine: arn.qualifier = second; return;
    case StatesResource::kMapRun: arn.id = second; return;
    case StatesResource::kExpressExecution: arn.id = third; [[fallthrough]];
    case StatesResource::kExecution: arn.execution = second; return;
  }
}

auto is_valid_name_or_absent(std::string_view name) -> bool {
  return name.empty() || is_valid_resource_name(name);
}

auto states_arn(ArnScope const& scope, StatesResource kind, std::string_view rest) -> std::string {
  return fmt::format("arn:{}:{}:{}:{}:{}:{}", scope.partition, kService, scope.region,
                     scope.account, word_of(kind), rest);
}

}  // namespace

auto parse_arn(std::string_view text) -> std::optional<Arn> {
  if (take_until(text, ':') != "arn") return std::nullopt;
  auto const partition = take_until(text, ':');
  auto const service = take_until(text, ':');
  auto const region = take_until(text, ':');
  auto const account = take_until(text, ':');
  if (!account || partition->empty() || service->empty() || text.empty()) return std::nullopt;
  return Arn{*partition, *service, *region, *account, text};
}

auto to_string(Arn const& arn) -> std::string {
  return fmt::format("arn:{}:{}:{}:{}:{}", arn.partition, arn.service, arn.region, arn.account,
                     arn.resource);
}

auto is_well_formed(Arn const& arn) -> bool {
  return is_token(arn.partition) && is_token(arn.service) &&
         (arn.region.empty() || is_region(arn.region)) &&
         (arn.account.empty() || is_account(arn.account));
}

auto is_valid_resource_name(std::string_view name) -> bool {
  std::size_t characters = 0;
  while (!name.empty()) {
    auto const one = utf8::decode_one(name);
    if (!one || !is_name_character(one->value) || ++characters > limits::kNameChars) return false;
    name.remove_prefix(one->bytes);
  }
  return characters != 0;
}

auto parse_states_arn(std::string_view text) -> std::optional<StatesArn> {
  auto const arn = parse_arn(text);
  if (!arn || arn->service != kService) return std::nullopt;
  auto const parts = parts_of(arn->resource);
  if (!parts) return std::nullopt;
  auto const& [word, machine, second, third] = *parts;
  StatesArn states{.scope = {arn->partition, arn->region, arn->account}, .name = {}};
  set_machine(states, machine);
  bool const has_label = machine.contains('/');
  if (states.name.empty() || (has_label && states.label.empty())) return std::nullopt;
  std::size_t const count = machine.empty() ? 0 : second.empty() ? 1 : third.empty() ? 2 : 3;
  for (auto const& form : kForms) {
    if (form.word != word || form.parts != count || form.has_label != has_label) continue;
    states.kind = form.kind;
    place_parts(states, second, third);
    return states;
  }
  return std::nullopt;
}

auto to_string(StatesArn const& arn) -> std::string {
  std::string rest(arn.name);
  if (!arn.label.empty()) rest.append("/").append(arn.label);
  for (auto const part : {arn.qualifier, arn.execution, arn.id}) {
    if (!part.empty()) rest.append(":").append(part);
  }
  return states_arn(arn.scope, arn.kind, rest);
}

auto is_valid_states_arn(std::string_view text, std::size_t chars_max) -> bool {
  auto const arn = parse_arn(text);
  auto const states = parse_states_arn(text);
  if (!states || !is_well_formed(*arn) || arn->region.empty() || arn->account.empty()) return false;
  return utf8::count_code_points(text) <= chars_max &&
         std::ranges::all_of(std::array{states->name, states->label, states->qualifier,
                                        states->execution, states->id},
                             is_valid_name_or_absent);
}

auto state_machine_arn(ArnScope const& scope, std::string_view name) -> std::string {
  return states_arn(scope, StatesResource::kStateMachine, name);
}

auto qualified_arn(std::string_view state_machine_arn, std::string_view qualifier) -> std::string {
  return fmt::format("{}:{}", state_machine_arn, qualifier);
}

auto execution_arn(ArnScope const& scope, ExecutionName const& name) -> std::string {
  return states_arn(scope, StatesResource::kExecution,
                    fmt::format("{}:{}", name.machine, name.execution));
}

auto express_arn(ArnScope const& scope, ExecutionName const& name, std::string_view id)
    -> std::string {
  return states_arn(scope, StatesResource::kExpressExecution,
                    fmt::format("{}:{}:{}", name.machine, name.execution, id));
}

auto map_run_arn(ArnScope const& scope, MapRunName const& name) -> std::string {
  return states_arn(scope, StatesResource::kMapRun,
                    fmt::format("{}/{}:{}", name.machine, name.label, name.id));
}

auto activity_arn(ArnScope const& scope, std::string_view name) -> std::string {
  return states_arn(scope, StatesResource::kActivity, name);
}

}  // namespace treadle
