// Handlers in real python3 processes, behind the real Runtime API.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/functions/local_functions.h"

namespace treadle::integrations {
namespace {

using testing::Host;
using ::testing::MatchesRegex;
using testing::python;
using ::testing::StartsWith;
using testing::TemporaryFolder;

constexpr std::string_view kHandlers = R"py(
import decimal
import os
import sys

class PaymentDeclined(Exception):
    pass

def echo(event, context):
    return event

def raises(event, context):
    raise PaymentDeclined("no money")

def exits(event, context):
    sys.exit(4)

def unserializable(event, context):
    return {"x": object()}

def not_a_number(event, context):
    return float("nan")

def numbers(event, context):
    return [decimal.Decimal("1"), decimal.Decimal("1.5"), 1.0]

def shows_context(event, context):
    print("said")
    return [context.function_name, context.invoked_function_arn, len(context.aws_request_id),
            context.client_context.custom["treadle-idempotency-key"], os.environ["TREADLE_IDEMPOTENCY_KEY"],
            0 < context.get_remaining_time_in_millis() <= 60000, os.environ["LAMBDA_TASK_ROOT"] == os.getcwd()]
)py";

struct PythonTest : ::testing::Test {
  PythonTest() { folder.write("app.py", kHandlers); }
  auto call(std::string const& name, std::string payload = "{}") -> std::string {
    return Host({python("f", "app." + name, folder)}).call("f", std::move(payload));
  }
  TemporaryFolder folder;
};

TEST_F(PythonTest, Results) {
  EXPECT_EQ(call("echo", R"({"a": 1.0, "b": ["x", null]})"), R"({"a": 1.0, "b": ["x", null]})");
  EXPECT_EQ(call("numbers"), "[1, 1.5, 1.0]");
}

TEST_F(PythonTest, ExceptionsAsLambdaShowsThem) {
  EXPECT_THAT(
      call("raises"),
      MatchesRegex(
          R"(failed: ."errorMessage": "no money", "errorType": "PaymentDeclined", "requestId": )"
          R"("[-0-9a-f]+", "stackTrace": ."  File .*app.py.*, line 13, in raises.n    raise )"
          R"(PaymentDeclined.*no money.*.n".*)"));
  EXPECT_THAT(
      call("unserializable"),
      StartsWith(
          R"(failed: {"errorMessage": "Unable to marshal response: Object of type object is not JSON )"
          R"(serializable", "errorType": "Runtime.MarshalError",)"));
  EXPECT_THAT(call("not_a_number"), ::testing::HasSubstr("Runtime.MarshalError"));
}

TEST_F(PythonTest, AProcessThatEndsIsAnExitError) {
  EXPECT_THAT(call("exits"), ::testing::HasSubstr("Runtime exited with error: exit status 4"));
}

TEST_F(PythonTest, HandlersThatCannotBeLoaded) {
  folder.write("broken.py", "def handler(:\n");
  folder.write("needs.py", "import no_such_package\n");
  folder.write("raises_at_once.py", "raise ValueError('at once')\n");
  struct Case {
    char const* handler;
    char const* message;
    char const* type;
  };
  Case const cases[] = {
      {"app.absent", "Handler 'absent' missing on module 'app'", "Runtime.HandlerNotFound"},
      {"absent.f", "Unable to import module 'absent': No module named 'absent'",
       "Runtime.ImportModuleError"},
      {"needs.f", "Unable to import module 'needs': No module named 'no_such_package'",
       "Runtime.ImportModuleError"},
      {"raises_at_once.f", "at once", "ValueError"},
      {"app", "Bad handler 'app': use the form module.function", "Runtime.MalformedHandlerName"},
  };
  for (auto const& c : cases)
    EXPECT_THAT(Host({python("f", c.handler, folder)}).call("f", "{}"),
                StartsWith("failed: {\"errorMessage\": \"" + std::string(c.message) +
                           "\", \"errorType\": \"" + c.type + "\""))
        << c.handler;
  EXPECT_THAT(Host({python("f", "broken.handler", folder)}).call("f", "{}"),
              ::testing::HasSubstr(R"("errorType": "Runtime.UserCodeSyntaxError")"));
}

TEST_F(PythonTest, WhatAHandlerSeesOfItsInvocation) {
  Host host({python("f", "app.shows_context", folder)});
  EXPECT_EQ(
      host.call("f", "{}"),
      R"(["f", "arn:aws:lambda:us-east-1:123456789012:function:f", 36, "key-1", "key-1", true, true])");
  EXPECT_TRUE(host.log.has("f: said"));
}

TEST_F(PythonTest, ModulesInFolders) {
  folder.write("src/handlers/order.py", "def handler(event, context):\n    return 'found'\n");
  EXPECT_EQ(Host({python("f", "src/handlers/order.handler", folder)}).call("f", "{}"), "\"found\"");
}

}  // namespace
}  // namespace treadle::integrations
