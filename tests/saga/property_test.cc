// The checker against brute force on the interpreter: what it says is wrong with a random machine is exactly what goes
// wrong in some execution, from a printed seed.
//
// TREADLE_SEED=N repeats a run; TREADLE_PROPERTY_RUNS=N makes it shorter or longer.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/saga/brute_force.h"
#include "tests/saga/random_hand_written.h"
#include "tests/saga/random_saga.h"
#include "treadle/asl/parser.h"
#include "treadle/saga/check.h"
#include "treadle/saga/compile.h"
#include "treadle/saga/way_back.h"

namespace treadle::saga::testing {
namespace {

constexpr std::size_t kStatesMax = 5'000;

auto number_from(char const* variable, std::uint64_t otherwise) -> std::uint64_t {
  auto const* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Entries of a path that only follow from others do not count.
auto length_of(Counterexample const& example) -> std::uint32_t {
  return static_cast<std::uint32_t>(std::ranges::count_if(example.path, [](PathEntry const& entry) {
    return entry.outcome != "aborted while it ran" && !entry.outcome.starts_with("caught ");
  }));
}

using Lengths = std::map<std::string, std::uint32_t>;

auto said_by_checker(CheckReport const& report) -> Lengths {
  Lengths out;
  for (auto const& example : report.counterexamples)
    out.emplace(fmt::format("{} {}", name_of(example.property), example.step), length_of(example));
  return out;
}

auto names_of(Lengths const& lengths) -> std::set<std::string> {
  std::set<std::string> out;
  for (auto const& [name, length] : lengths) out.insert(name);
  return out;
}

struct Totals {
  std::uint64_t compared = 0;
  std::uint64_t invalid = 0;
  std::uint64_t too_large = 0;
  std::uint64_t verified = 0;
  std::uint64_t examples = 0;
  std::uint64_t states = 0;
  std::set<std::string> properties;
};

void compare(std::string const& text, Roles const& roles, Totals& totals) {
  auto const definition = asl::parse_definition(text).definition;
  if (!definition) {  // a loop without an end
    ++totals.invalid;
    return;
  }
  auto const report = check(definition, roles);
  ASSERT_TRUE(report) << report.error() << "\n" << text;
  ASSERT_NE(report->verdict, Verdict::kUnknown);
  BruteForce brute(*definition, roles);
  auto const found = brute.run(kStatesMax);
  totals.states += brute.states();
  if (!found) {
    ++totals.too_large;
    return;
  }
  ++totals.compared;
  totals.verified += found->empty() ? 1 : 0;
  totals.examples += found->size();
  for (auto const& one : *found) totals.properties.insert(one.first.substr(0, one.first.find(' ')));
  std::string told;
  for (auto const& undo : roles.undos)
    told += fmt::format(" {}={}", undo.state, fmt::join(undo.steps, ","));
  told +=
      fmt::format(" read-only {} operators {} ignore {} keyed {}", fmt::join(roles.read_only, ","),
                  fmt::join(roles.operators, ","), fmt::join(roles.ignore_ambiguity, ","),
                  fmt::join(roles.answers_for_key, ","));
  auto const said = said_by_checker(*report);
  if (text.find("Parallel") == std::string::npos) {
    EXPECT_EQ(said, *found) << text << "\n" << told;
    return;
  }
  // The interpreter runs states that do not wait at once, where a way may also leave them for later.
  ASSERT_EQ(names_of(said), names_of(*found)) << text << "\n" << told;
  for (auto const& [what, length] : said)
    EXPECT_LE(length, found->at(what)) << what << "\n" << text << "\n" << told;
}

void print(char const* what, std::uint64_t seed, std::uint64_t runs, Totals const& totals) {
  std::printf(
      "seed %lu, %lu %s: %lu compared, %lu invalid, %lu too large, %lu verified, %lu bad ends, %lu "
      "states run\n",
      seed, runs, what, totals.compared, totals.invalid, totals.too_large, totals.verified,
      totals.examples, totals.states);
}

TEST(SagaProperty, CheckerAgreesWithBruteForceOnHandWrittenMachines) {
  auto const seed = number_from("TREADLE_SEED", 20'261'127);
  auto const runs = number_from("TREADLE_PROPERTY_RUNS", 300);
  SCOPED_TRACE("TREADLE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  Totals totals;
  for (std::uint64_t i = 0; i < runs && !HasFailure(); ++i) {
    RandomHandWritten machine(random);
    auto const text = machine.make();
    compare(text, machine.make_roles(), totals);
  }
  print("hand-written machines", seed, runs, totals);
  EXPECT_GT(totals.compared, runs / 2);
  EXPECT_TRUE(totals.properties.size() == 8 || runs < 300) << "a property was never broken";
}

TEST(SagaProperty, CompiledSagasAreVerifiedAndBruteForceFindsNothing) {
  auto const seed = number_from("TREADLE_SEED", 20'261'127);
  auto const runs = number_from("TREADLE_PROPERTY_RUNS", 300);
  SCOPED_TRACE("TREADLE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  Totals totals;
  for (std::uint64_t i = 0; i < runs && !HasFailure(); ++i) {
    auto const yaml = RandomSaga(random).make();
    SCOPED_TRACE(yaml);
    auto const saga = read_saga(yaml, "random.yaml");
    ASSERT_TRUE(saga) << saga.error();
    auto const text = compile(*saga);
    ASSERT_TRUE(text) << text.error().message;
    auto const roles = roles_of_comments(*text);
    ASSERT_TRUE(roles);
    compare(*text, *roles, totals);
  }
  print("sagas", seed, runs, totals);
  EXPECT_EQ(totals.verified, totals.compared);
  EXPECT_EQ(totals.invalid, 0U);
  EXPECT_GT(totals.compared, runs / 2);
}

// Asked wherever it stands, in every way that it can go on from there.
TEST(SagaProperty, CompiledSagasThatAreAskedToCompensateEndCompleteOrCompensated) {
  auto const seed = number_from("TREADLE_SEED", 20'261'127);
  auto const runs = number_from("TREADLE_PROPERTY_RUNS", 300);
  SCOPED_TRACE("TREADLE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  std::size_t followed = 0;
  std::size_t left_alone = 0;
  std::uint64_t too_large = 0;
  for (std::uint64_t i = 0; i < runs && !HasFailure(); ++i) {
    auto const yaml = RandomSaga(random).make();
    SCOPED_TRACE(yaml);
    auto const saga = read_saga(yaml, "random.yaml");
    ASSERT_TRUE(saga) << saga.error();
    auto const text = compile(*saga);
    ASSERT_TRUE(text) << text.error().message;
    auto const roles = roles_of_comments(*text);
    ASSERT_TRUE(roles);
    auto const definition = asl::parse_definition(*text).definition;
    ASSERT_TRUE(definition);
    auto const way = find_way_back(definition, *roles);
    ASSERT_TRUE(way) << way.error();
    BruteForce brute(*definition, *roles, &*way);
    auto const found = brute.run(2 * kStatesMax);
    followed += brute.followed();
    left_alone += brute.left_alone();
    if (!found)
      ++too_large;
    else
      EXPECT_TRUE(found->empty()) << fmt::format("{}", fmt::join(names_of(*found), ", ")) << "\n"
                                  << *text;
  }
  std::printf("seed %lu, %lu sagas, %lu too large: %lu requests followed, %lu left alone\n", seed,
              runs, too_large, followed, left_alone);
  EXPECT_LT(too_large, runs / 2);
  EXPECT_GT(followed, runs);
  EXPECT_GT(left_alone, runs);
}

// One transition goes elsewhere, or one list of catchers or retriers is empty.
auto broken(std::string text, SeededRandom& random) -> std::string {
  constexpr std::string_view kNext = "\"Next\": \"";
  std::vector<std::size_t> places;
  for (auto at = text.find(kNext); at != std::string::npos; at = text.find(kNext, at + 1))
    places.push_back(at + kNext.size());
  auto const end_of = [&](std::size_t at) { return text.find('"', at); };
  auto const pick = [&] { return places[random.next_u64() % places.size()]; };
  if (places.size() > 1 && random.next_u64() % 3 != 0) {
    auto const to = pick();
    auto const target = text.substr(to, end_of(to) - to);
    auto const from = pick();
    return text.replace(from, end_of(from) - from, target);
  }
  for (std::string_view const list : {"\"Retry\": [", "\"Catch\": ["}) {
    auto const at = text.find(list, random.next_u64() % text.size());
    if (at == std::string::npos) continue;
    auto const end = text.find("\n      ]", at);
    return text.replace(at, end + 8 - at, std::string(list) + "]");
  }
  return text;
}

TEST(SagaProperty, CheckerAgreesWithBruteForceOnBrokenSagas) {
  auto const seed = number_from("TREADLE_SEED", 20'261'127);
  auto const runs = number_from("TREADLE_PROPERTY_RUNS", 300);
  SCOPED_TRACE("TREADLE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  Totals totals;
  for (std::uint64_t i = 0; i < runs && !HasFailure(); ++i) {
    auto const saga = read_saga(RandomSaga(random).make(), "random.yaml");
    ASSERT_TRUE(saga) << saga.error();
    auto const text = compile(*saga);
    ASSERT_TRUE(text) << text.error().message;
    auto const roles = roles_of_comments(*text);
    ASSERT_TRUE(roles);
    compare(broken(*text, random), *roles, totals);
  }
  print("broken sagas", seed, runs, totals);
  EXPECT_GT(totals.examples, runs / 10);
}

}  // namespace
}  // namespace treadle::saga::testing
