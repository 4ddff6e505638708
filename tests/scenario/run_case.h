// A definition and a file of cases in a folder of their own.
#pragma once

#include <string>
#include <vector>

#include "tests/import/temporary_folder.h"
#include "treadle/scenario/read_suite.h"
#include "treadle/scenario/report.h"
#include "treadle/scenario/run_suites.h"

namespace treadle::scenario {

inline constexpr std::string_view kFunction =
    R"("arn:aws:lambda:us-east-1:123456789012:function:work")";

class Files {
 public:
  explicit Files(std::string const& definition) { folder_.write("m.asl.json", definition); }

  void write(std::string const& name, std::string const& text) const { folder_.write(name, text); }
  // Reads `text` as tests.yaml.
  [[nodiscard]] auto suite(std::string const& text) const -> Result<Suite, std::string> {
    folder_.write("tests.yaml", text);
    return read_suite(path("tests.yaml"));
  }
  [[nodiscard]] auto path(std::string const& name) const -> std::filesystem::path {
    return folder_.path() / name;
  }
  // Why `text` is refused, without the folder's name; empty if it is not.
  [[nodiscard]] auto refusal(std::string const& text) const -> std::string {
    auto const read = suite(text);
    if (read) return {};
    auto out = read.error();
    auto const prefix = folder_.path().string() + "/";
    for (auto at = out.find(prefix); at != std::string::npos; at = out.find(prefix))
      out.erase(at, prefix.size());
    return out;
  }

 private:
  import::TemporaryFolder folder_;
};

// The differences of the one case {name: c, CASE}, as they are printed.
[[nodiscard]] inline auto differences(Files const& files, std::string const& text)
    -> std::vector<std::string> {
  auto const suite = files.suite("machine: m.asl.json\ncases:\n  - {name: c, " + text + "}\n");
  if (!suite) return {suite.error()};
  std::vector<std::string> out;
  std::vector<Suite> const suites = {*suite};
  for (auto const& result : run_suites(suites, {.filter = {}, .jobs = 1}))
    for (auto const& difference : result.differences) out.push_back(to_text(difference));
  return out;
}

}  // namespace treadle::scenario
