#include "treadle/integrations/jobs/job_kind.h"

#include <algorithm>
#include <ranges>
#include <span>
#include <utility>

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

auto filled(std::string_view text, std::span<json::Member const> input, json::Arena& arena)
    -> Result<std::string, std::string> {
  auto const source = json::parse(arena, text);
  if (!source) return std::unexpected(source.error().to_string());
  auto const compiled = expr::PayloadTemplate::compile(*source);
  if (!compiled) return std::unexpected(compiled.error().front().message);
  NoEnvironment none;
  auto const value = expr::evaluate(*compiled, json::make_object(arena, input), none, arena);
  if (!value) return std::unexpected(value.error().cause);
  return json::print(*value);
}

auto state_of(JobKind const& kind, json::Value job, json::Arena& arena) -> JobState {
  auto const status = find(kind.status, job, arena);
  if (!status || !status->is_string()) return JobState::kRunning;
  if (has_word(kind.failed, status->as_string())) return JobState::kFailed;
  if (!has_word(kind.done, status->as_string())) return JobState::kRunning;
  return !kind.blame.empty() && find(kind.blame, job, arena) ? JobState::kFailed : JobState::kDone;
}

auto list_in(std::string_view name, json::Value object) -> std::span<json::Value const> {
  auto const* const list = object.find(name);
  if (list == nullptr || !list->is_array()) return {};
  return list->elements();
}

// Of several jobs: the task waits for all.
auto judge_all(JobKind const& kind, std::span<json::Value const> jobs, json::Arena& arena) -> Seen {
  json::Member const shown[] = {{kind.all, json::make_array(arena, jobs)}};
  Seen seen{.state = JobState::kDone, .output = json::print(json::make_object(arena, shown))};
  for (auto const job : jobs) {
    auto const state = state_of(kind, job, arena);
    if (state == JobState::kRunning) {
      seen.state = state;
      return seen;
    }
    if (state == JobState::kFailed) seen.state = state;
  }
  return seen;
}

}  // namespace

auto fill(std::string_view text, std::string_view submission, std::string_view parameters)
    -> Result<std::string, std::string> {
  json::Arena arena;
  json::Member const input[] = {{"submission", parsed_or_null(submission, arena)},
                                {"parameters", parsed_or_null(parameters, arena)}};
  return filled(text, input, arena);
}

auto fill_stops(JobKind const& kind, std::string_view submission, std::string_view parameters)
    -> std::vector<std::string> {
  std::vector<std::string> stops;
  json::Arena arena;
  auto const started = parsed_or_null(submission, arena);
  json::Member input[] = {{"submission", started},
                          {"parameters", parsed_or_null(parameters, arena)},
                          {"each", json::Value()}};
  auto const add = [&] {
    if (auto text = filled(kind.stop, input, arena)) stops.push_back(*std::move(text));
  };
  if (kind.stop_each.empty()) {
    add();
  } else if (auto const jobs = find(kind.stop_each, started, arena); jobs && jobs->is_array()) {
    for (auto const job : jobs->elements()) {
      input[2].value = job;
      add();
    }
  }
  return stops;
}

auto judge(JobKind const& kind, std::string_view asked, std::string_view answer) -> Seen {
  json::Arena arena;
  auto const described = parsed_or_null(answer, arena);
  if (!kind.all.empty()) {
    auto const wanted = list_in(kind.all, parsed_or_null(asked, arena)).size();
    auto const found = list_in(kind.all, described);
    if (found.size() < wanted) return {.state = JobState::kMissing, .output = {}};
    if (wanted > 1) return judge_all(kind, found, arena);
  }
  auto job = find(kind.job, described, arena);
  if (!job || job->is_null()) return {.state = JobState::kMissing, .output = {}};
  if (!kind.member.empty()) {
    json::Member const shown[] = {{kind.member, *job}};
    job = json::make_object(arena, shown);
  }
  return {.state = state_of(kind, *job, arena), .output = json::print(*job)};
}

}  // namespace treadle::integrations::jobs
