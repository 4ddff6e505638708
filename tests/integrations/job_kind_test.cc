// The table of jobs: what is asked, and what the answers mean.
#include "treadle/integrations/jobs/job_kind.h"

#include <gtest/gtest.h>

#include "treadle/asl/integration_catalogue.h"
#include "treadle/expr/jsonpath/path.h"

namespace treadle::integrations::jobs {
namespace {

struct FillCase {
  char const* name;
  char const* service;
  char const* action;
  char const* submission;
  char const* parameters;
  char const* poll;
  char const* stop;
};
FillCase const kFills[] = {
    {"batch", "batch", "submitJob", R"({"JobId":"j"})", "{}", R"({"Jobs":["j"]})",
     R"({"JobId":"j","Reason":"The execution was stopped"})"},
    {"ecs", "ecs", "runTask", R"({"Tasks":[{"TaskArn":"t","ClusterArn":"c"}],"Failures":[]})", "{}",
     R"({"Cluster":"c","Tasks":["t"]})",
     R"({"Cluster":"c","Task":"t","Reason":"The execution was stopped"})"},
    {"glue", "glue", "startJobRun", R"({"JobRunId":"r"})", R"({"JobName":"n"})",
     R"({"JobName":"n","RunId":"r"})", R"({"JobName":"n","JobRunIds":["r"]})"},
};

TEST(JobKind, asks_for_the_job_that_was_started) {
  for (auto const& row : kFills) {
    SCOPED_TRACE(row.name);
    auto const* const kind = find_job_kind(row.service, row.action);
    ASSERT_NE(kind, nullptr);
    EXPECT_EQ(fill(kind->poll, row.submission, row.parameters), row.poll);
    EXPECT_EQ(fill_stops(*kind, row.submission, row.parameters),
              std::vector<std::string>{row.stop});
  }
}

TEST(JobKind, says_what_is_missing_in_a_submission) {
  auto const* const kind = find_job_kind("ecs", "runTask");
  auto const filled = fill(kind->poll, R"({"Tasks":[],"Failures":[{"Reason":"AGENT"}]})", "{}");
  ASSERT_FALSE(filled);
  EXPECT_NE(filled.error().find("$.submission.Tasks[0].ClusterArn"), std::string::npos);
}

struct JudgeCase {
  char const* name;
  char const* service;
  char const* action;
  char const* answer;
  JobState state;
  char const* output;
};
JudgeCase const kJudged[] = {
    {"runs", "batch", "submitJob", R"({"Jobs":[{"Status":"RUNNABLE"}]})", JobState::kRunning,
     R"({"Status":"RUNNABLE"})"},
    {"done", "batch", "submitJob", R"({"Jobs":[{"Status":"SUCCEEDED"}]})", JobState::kDone,
     R"({"Status":"SUCCEEDED"})"},
    {"failed", "batch", "submitJob", R"({"Jobs":[{"Status":"FAILED","StatusReason":"x"}]})",
     JobState::kFailed, R"({"Status":"FAILED","StatusReason":"x"})"},
    {"not_seen_yet", "batch", "submitJob", R"({"Jobs":[]})", JobState::kMissing, ""},
    {"no_json", "batch", "submitJob", "oops", JobState::kMissing, ""},
    {"under_a_member", "codebuild", "startBuild", R"({"Builds":[{"BuildStatus":"FAULT"}]})",
     JobState::kFailed, R"({"Build":{"BuildStatus":"FAULT"}})"},
    {"no_task", "ecs", "runTask", R"({"Tasks":[],"Failures":[{"Reason":"MISSING"}]})",
     JobState::kMissing, ""},
    {"container_ended_well", "ecs", "runTask",
     R"({"Tasks":[{"LastStatus":"STOPPED","Containers":[{"ExitCode":0}]}]})", JobState::kDone,
     R"({"LastStatus":"STOPPED","Containers":[{"ExitCode":0}]})"},
    {"container_ended_badly", "ecs", "runTask",
     R"({"Tasks":[{"LastStatus":"STOPPED","Containers":[{"ExitCode":0},{"ExitCode":3}]}]})",
     JobState::kFailed, R"({"LastStatus":"STOPPED","Containers":[{"ExitCode":0},{"ExitCode":3}]})"},
    {"container_never_ran", "ecs", "runTask",
     R"({"Tasks":[{"LastStatus":"STOPPED","Containers":[{"Name":"c"}]}]})", JobState::kFailed,
     R"({"LastStatus":"STOPPED","Containers":[{"Name":"c"}]})"},
};

TEST(JobKind, tells_what_an_answer_means) {
  for (auto const& row : kJudged) {
    SCOPED_TRACE(row.name);
    auto const seen =
        judge(*find_job_kind(row.service, row.action), R"({"Tasks":["t"]})", row.answer);
    EXPECT_EQ(seen.state, row.state);
    EXPECT_EQ(seen.output, row.output);
  }
}

}  // namespace
}  // namespace treadle::integrations::jobs
