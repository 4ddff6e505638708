#include "treadle/store/disk_space.h"

#include <gtest/gtest.h>

#include "tests/store/store_fixture.h"

namespace treadle::store {
namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

class DiskSpaceTest : public ::testing::Test {
 protected:
  // A disk of 10 GiB on which `free_` is left, and what the ballast gives back when it is gone.
  auto make(std::uint64_t ballast_bytes) -> DiskSpace {
    auto const measure = [this](std::filesystem::path const&) {
      auto const given_up = had_ballast_ && !std::filesystem::exists(ballast());
      return DiskFigures{free_ + (given_up ? 4 * kMiB : 0), 10'240 * kMiB};
    };
    return DiskSpace(directory_.path(), ballast(),
                     {.floor_bytes = 2 * kMiB, .ballast_bytes = ballast_bytes, .measure = measure});
  }
  [[nodiscard]] auto ballast() const -> std::filesystem::path {
    return directory_.path() / "ballast";
  }

  test::TemporaryDirectory directory_;
  std::uint64_t free_ = 5'000 * kMiB;
  bool had_ballast_ = false;
};

TEST_F(DiskSpaceTest, a_gib_or_a_twentieth_of_the_disk_is_low) {
  auto space = make(0);
  EXPECT_EQ(space.report().low_bytes, 1'024 * kMiB);
  EXPECT_EQ(space.report().state, SpaceState::kPlenty);
  free_ = 1'000 * kMiB;
  EXPECT_EQ(space.report().state, SpaceState::kLow);
  EXPECT_EQ(space.report().free_bytes, free_);
}

TEST_F(DiskSpaceTest, the_ballast_takes_real_blocks_and_goes_first) {
  auto space = make(4 * kMiB);
  space.restore_ballast();
  had_ballast_ = true;
  ASSERT_EQ(std::filesystem::file_size(ballast()), 4 * kMiB);
  EXPECT_EQ(space.report().ballast_bytes, 4 * kMiB);

  free_ = kMiB;
  EXPECT_TRUE(space.admit(2 * kMiB));  // 5 MiB free without the ballast
  EXPECT_FALSE(std::filesystem::exists(ballast()));
  EXPECT_EQ(space.report().ballast_bytes, 0U);
  EXPECT_EQ(space.report().state, SpaceState::kLow);

  free_ = 0;
  EXPECT_FALSE(space.admit(3 * kMiB));
  EXPECT_EQ(space.report().state, SpaceState::kFull);
  free_ = 5'000 * kMiB;
  EXPECT_TRUE(space.admit(3 * kMiB));
  EXPECT_EQ(space.report().state, SpaceState::kPlenty);
}

TEST_F(DiskSpaceTest, no_ballast_where_it_would_make_the_disk_low) {
  auto space = make(4 * kMiB);
  free_ = 1'026 * kMiB;
  space.restore_ballast();
  EXPECT_FALSE(std::filesystem::exists(ballast()));
}

TEST_F(DiskSpaceTest, a_ballast_of_an_earlier_life_is_known) {
  { make(4 * kMiB).restore_ballast(); }
  EXPECT_EQ(make(4 * kMiB).report().ballast_bytes, 4 * kMiB);
}

TEST_F(DiskSpaceTest, the_real_disk_has_figures) {
  auto const figures = measure_disk(directory_.path());
  ASSERT_TRUE(figures.has_value());
  EXPECT_GE(figures->total_bytes, figures->free_bytes);
  EXPECT_FALSE(measure_disk(directory_.path() / "none").has_value());
}

}  // namespace
}  // namespace treadle::store
