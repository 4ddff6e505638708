#include "treadle/integrations/jobs/job_kind.h"

#include <algorithm>
#include <ranges>

#include "treadle/expr/jsonpath/path.h"
#include "treadle/expr/payload_template.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::jobs {
namespace {

// The table's expressions read their input alone.
class NoEnvironment final : public expr::Environment {
 public:
  [[nodiscard]] auto context() -> json::Value override { return {}; }
  [[nodiscard]] auto variable(std::string_view) -> std::optional<json::Value> override {
    return std::nullopt;
  }
  [[nodiscard]] auto draw() -> std::uint64_t override { return 0; }
  [[nodiscard]] auto now() -> Timestamp override { return {}; }
};

auto has_word(std::string_view list, std::string_view word) -> bool {
  return std::ranges::any_of(std::views::split(list, ' '), [&](auto const& each) {
    return std::string_view(each.begin(), each.end()) == word;
  });
}

// What the path finds, or nullopt; of a filter: whether it finds anything.
auto find(std::string_view path, json::Value input, json::Arena& arena)
    -> std::optional<json::Value> {
  auto const compiled = expr::jsonpath::Path::parse(path);
  if (!compiled) return std::nullopt;
  NoEnvironment none;
  auto const found = expr::jsonpath::evaluate(*compiled, input, none, arena);
  if (!found) return std::nullopt;
  if (!compiled->is_definite() && found->elements().empty()) return std::nullopt;
  return *found;
}

auto parsed_or_null(std::string_view text, json::Arena& arena) -> json::Value {
  auto const value = json::parse(arena, text);
  return value ? *value : json::Value();
}

}  // namespace

auto fill(std::string_view text, std::string_view submission, std::string_view parameters)
    -> Result<std::string, std::string> {
  json::Arena arena;
  auto const source = json::parse(arena, text);
  if (!source) return std::unexpected(source.error().to_string());
  auto const compiled = expr::PayloadTemplate::compile(*source);
  if (!compiled) return std::unexpected(compiled.error().front().message);
  json::Member const input[] = {{"submission", parsed_or_null(submission, arena)},
                                {"parameters", parsed_or_null(parameters, arena)}};
  NoEnvironment none;
  auto const filled = expr::evaluate(*compiled, json::make_object(arena, input), none, arena);
  if (!filled) return std::unexpected(filled.error().cause);
  return json::print(*filled);
}

auto judge(JobKind const& kind, std::string_view answer) -> Seen {
  json::Arena arena;
  auto job = find(kind.job, parsed_or_null(answer, arena), arena);
  if (!job) return {};
  if (!kind.member.empty()) {
    json::Member const shown[] = {{kind.member, *job}};
    job = json::make_object(arena, shown);
  }
  Seen seen{.output = json::print(*job)};
  auto const status = find(kind.status, *job, arena);
  if (!status || !status->is_string()) return seen;
  if (has_word(kind.failed, status->as_string()))
    seen.state = JobState::kFailed;
  else if (has_word(kind.done, status->as_string()))
    seen.state =
        !kind.blame.empty() && find(kind.blame, *job, arena) ? JobState::kFailed : JobState::kDone;
  return seen;
}

}  // namespace treadle::integrations::jobs
