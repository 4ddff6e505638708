#include "treadle/runtime/catalog.h"

#include <future>

#include <gtest/gtest.h>

#include "treadle/store/memory_store.h"

namespace treadle::runtime {
namespace {

// What a thread remembers of a machine is what the store has.
class CatalogTest : public testing::Test {
 protected:
  struct World {
    std::unique_ptr<store::Store> store = store::make_memory_store();
    DefinitionCache definitions{*store};
    Catalog catalog{*store, definitions};

    auto change(std::optional<Machine> const& before, Machine const& now) -> bool {
      std::promise<bool> done;
      catalog.change_machine(before, now, nullptr,
                             [&](Answer<bool> changed) { done.set_value(changed && *changed); });
      return done.get_future().get();
    }
    auto erase(Machine const& before) -> bool {
      std::promise<bool> done;
      catalog.erase_machine(before,
                            [&](Answer<bool> changed) { done.set_value(changed && *changed); });
      return done.get_future().get();
    }
    auto description() -> std::string {
      auto const found = catalog.find_machine("arn");
      if (!found) return "unreadable";
      return *found ? (*found)->description : "absent";
    }
  };

  static auto machine(std::string description) -> Machine {
    Machine out;
    out.arn = "arn";
    out.description = std::move(description);
    return out;
  }
};

TEST_F(CatalogTest, FindsWhatWasChangedLast) {
  World world;
  EXPECT_EQ(world.description(), "absent");
  EXPECT_TRUE(world.change(std::nullopt, machine("first")));
  EXPECT_EQ(world.description(), "first");
  EXPECT_FALSE(world.change(std::nullopt, machine("clash")));
  EXPECT_EQ(world.description(), "first");
  EXPECT_TRUE(world.change(machine("first"), machine("second")));
  EXPECT_EQ(world.description(), "second");
  EXPECT_TRUE(world.erase(machine("second")));
  EXPECT_EQ(world.description(), "absent");
}

TEST_F(CatalogTest, KeepsCatalogsApart) {
  World one;
  EXPECT_TRUE(one.change(std::nullopt, machine("one")));
  EXPECT_EQ(one.description(), "one");
  World two;
  EXPECT_EQ(two.description(), "absent");
  EXPECT_TRUE(two.change(std::nullopt, machine("two")));
  EXPECT_EQ(two.description(), "two");
  EXPECT_EQ(one.description(), "one");
}

}  // namespace
}  // namespace treadle::runtime
