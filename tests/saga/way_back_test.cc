#include "treadle/saga/way_back.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/asl/parser.h"
#include "treadle/saga/compile.h"

namespace treadle::saga {
namespace {

constexpr std::string_view kTask =
    R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")";

// "back: A B; not undone: C D=E", where E stands inside of D.
auto shown(std::string const& text, Roles const& roles) -> std::string {
  auto const definition = asl::parse_definition(text).definition;
  if (!definition) return "invalid";
  auto const way = find_way_back(definition, roles);
  if (!way) return way.error();
  std::vector<std::string> back;
  std::vector<std::string> stays;
  for (std::size_t i = 0; i < definition->states.size(); ++i) {
    auto const& name = definition->states[i].name;
    if (way->is_back[i]) back.push_back(name);
    if (auto const& task = way->not_undone[i])
      stays.push_back(definition->state(*task).name == name
                          ? name
                          : fmt::format("{}={}", name, definition->state(*task).name));
  }
  std::ranges::sort(back);
  std::ranges::sort(stays);
  return fmt::format("{}back: {}; not undone: {}", way->is_saga ? "" : "no saga, ",
                     fmt::join(back, " "), fmt::join(stays, " "));
}

TEST(WayBack, of_a_compiled_saga) {
  auto const saga = read_saga(
      "steps:\n"
      "  - {name: Reserve, execute: r, compensate: undo-r}\n"
      "  - name: Both\n"
      "    parallel:\n"
      "      - {name: Hotel, execute: h, compensate: undo-h}\n"
      "      - {name: Look, execute: l, compensate: none}\n"
      "  - {name: Charge, execute: c, pivot: true}\n"
      "  - {name: Send, execute: s}\n",
      "saga.yaml");
  ASSERT_TRUE(saga) << saga.error();
  auto const text = compile(*saga);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(shown(*text, *roles_of_comments(*text)),
            "back: CompensateHotel CompensateReserve SagaFailed; not undone: Charge Send");
}

TEST(WayBack, is_what_leads_to_no_success) {
  auto const machine = fmt::format(
      R"({{"StartAt":"A","States":{{"A":{{{0},"Catch":[{{"ErrorEquals":["States.ALL"],"Next":"Tell"}}],"Next":"B"}},
      "B":{{"Type":"Parallel","End":true,"Branches":[{{"StartAt":"In","States":{{"In":{{{0},"End":true}}}}}}]}},
      "Tell":{{{0},"Next":"Which"}},"Which":{{"Type":"Choice","Choices":[{{"Variable":"$.x","IsPresent":true,"Next":"U"}}],"Default":"F"}},
      "U":{{{0},"Next":"A"}},"F":{{"Type":"Fail"}}}}}})",
      kTask);
  Roles roles;
  roles.undos = {{"U", {"A"}}};
  roles.read_only = {"Tell"};
  // U leads back to A, and from there to a success.
  EXPECT_EQ(shown(machine, roles), "back: F U; not undone: B=In In");
  auto once = machine;
  once.replace(once.find(R"("Next":"A")"), 10, R"("Next":"F")");
  EXPECT_EQ(shown(once, roles), "back: F Tell U Which; not undone: B=In In");
  roles.read_only = {};
  roles.ignore_ambiguity = {"In"};
  EXPECT_EQ(shown(once, roles), "back: F Tell U Which; not undone: Tell");
  EXPECT_EQ(shown(once, {}), "no saga, back: F Tell U Which; not undone: A B=In In Tell U");
  roles.undos = {{"Nobody", {"A"}}};
  EXPECT_THAT(shown(once, roles), testing::HasSubstr("Nobody"));
}

}  // namespace
}  // namespace treadle::saga
