#include "treadle/integrations/aws_sdk/retry_policy.h"

#include <gtest/gtest.h>

namespace treadle::integrations::aws_sdk {
namespace {

using namespace std::chrono_literals;

TEST(RetryPolicy, KindsOfFailures) {
  EXPECT_EQ(failure_kind("ThrottlingException", 400), FailureKind::kThrottled);
  EXPECT_EQ(failure_kind("SlowDown", 503), FailureKind::kThrottled);
  EXPECT_EQ(failure_kind("", 429), FailureKind::kThrottled);
  EXPECT_EQ(failure_kind("RequestTimeout", 400), FailureKind::kTransient);
  EXPECT_EQ(failure_kind("Anything", 502), FailureKind::kTransient);
  EXPECT_EQ(failure_kind("ValidationException", 400), FailureKind::kFinal);
  EXPECT_EQ(failure_kind("", 501), FailureKind::kFinal);
}

TEST(RetryPolicy, DelaysGrowAndAreDrawn) {
  EXPECT_EQ(retry_delay(FailureKind::kTransient, 1, 0.5), 50ms);
  EXPECT_EQ(retry_delay(FailureKind::kTransient, 2, 0.5), 100ms);
  EXPECT_EQ(retry_delay(FailureKind::kThrottled, 1, 0.5), 500ms);
  EXPECT_EQ(retry_delay(FailureKind::kThrottled, 30, 1.0), 20s);
  EXPECT_EQ(retry_delay(FailureKind::kThrottled, 2, 0.0), 0ms);
}

TEST(RetryQuota, EndsAndComesBack) {
  RetryQuota quota;
  int taken = 0;
  while (quota.take(FailureKind::kTransient)) ++taken;
  EXPECT_EQ(taken, 100);
  quota.give_back(0);
  EXPECT_FALSE(quota.take(FailureKind::kTransient));
  quota.give_back(1);
  EXPECT_TRUE(quota.take(FailureKind::kTransient));
  for (int i = 0; i < 1'000; ++i) quota.give_back(2);
  taken = 0;
  while (quota.take(FailureKind::kUnknown)) ++taken;
  EXPECT_EQ(taken, 50);
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
