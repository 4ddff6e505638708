// Handlers in real node processes, behind the real Runtime API.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/functions/local_functions.h"

namespace treadle::integrations {
namespace {

using ::testing::HasSubstr;
using testing::Host;
using ::testing::MatchesRegex;
using testing::nodejs;
using testing::payload_of;
using ::testing::StartsWith;
using testing::TemporaryFolder;

constexpr std::string_view kHandlers = R"js(
exports.echo = async (event) => event;
exports.sync = (event) => ({ got: event });
exports.callback = (event, context, callback) => setTimeout(() => callback(null, { via: 'callback' }), 1);
exports.legacy = (event, context) => { context.succeed({ via: 'context' }); };
exports.nothing = async () => {};
exports.silent = (event, context, callback) => {};
exports.nested = { deep: { handler: async () => 'deep' } };

class ValidationError extends Error {
  constructor(message) { super(message); this.name = 'ValidationError'; }
}
exports.throws = async () => { throw new ValidationError('bad order'); };
exports.throwsSync = () => { throw new TypeError('now'); };
exports.throwsText = async () => { throw 'a text'; };
exports.callbackError = (event, context, callback) => callback(new ValidationError('by callback'));
exports.circular = async () => { const a = {}; a.a = a; return a; };
exports.crash = async () => process.exit(3);
exports.uncaught = () => new Promise(() => setTimeout(() => { throw new RangeError('loose'); }, 1));
exports.forever = () => new Promise(() => setInterval(() => {}, 1000));
exports.notAFunction = 7;

let count = 0;
exports.count = async () => ({ count: ++count, pid: process.pid });
exports.context = async (event, context) => ({
  name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId.length,
  key: context.clientContext.custom['treadle-idempotency-key'], variable: process.env.TREADLE_IDEMPOTENCY_KEY,
  trace: process.env._X_AMZN_TRACE_ID, own: process.env.OWN, shared: process.env.SHARED, region: process.env.AWS_REGION,
  left: context.getRemainingTimeInMillis() > 0 && context.getRemainingTimeInMillis() <= 60000,
});
exports.talks = async () => { console.log('to the log'); process.stdout.write('unfinished'); process.exit(0); };
)js";

struct NodeTest : ::testing::Test {
  NodeTest() { folder.write("index.js", kHandlers); }
  // One invocation of the export, in a process of its own.
  auto call(std::string const& name, std::string payload = "{}") -> std::string {
    return Host({nodejs("f", "index." + name, folder)}).call("f", std::move(payload));
  }
  TemporaryFolder folder;
};

TEST_F(NodeTest, ResultsInEveryStyle) {
  struct Case {
    char const* name;
    char const* payload;
    char const* result;
  };
  Case const cases[] = {
      {"echo", R"({"a":[1,"é"]})", R"({"a":[1,"é"]})"},
      {"sync", "7", R"({"got":7})"},
      {"callback", "{}", R"({"via":"callback"})"},
      {"legacy", "{}", R"({"via":"context"})"},
      {"nothing", "{}", "null"},
      {"silent", "{}", "null"},
      {"nested.deep.handler", "{}", "\"deep\""},
  };
  for (auto const& c : cases) EXPECT_EQ(call(c.name, c.payload), c.result) << c.name;
}

TEST_F(NodeTest, Errors) {
  EXPECT_THAT(
      call("throws"),
      StartsWith(
          R"(failed: {"errorType":"ValidationError","errorMessage":"bad order","trace":["ValidationError: bad order",)"));
  EXPECT_THAT(call("throwsSync"),
              StartsWith(R"(failed: {"errorType":"TypeError","errorMessage":"now",)"));
  EXPECT_EQ(call("throwsText"),
            R"(failed: {"errorType":"string","errorMessage":"a text","trace":[]})");
  EXPECT_THAT(
      call("callbackError"),
      StartsWith(R"(failed: {"errorType":"ValidationError","errorMessage":"by callback",)"));
  EXPECT_THAT(
      call("circular"),
      StartsWith(
          R"(failed: {"errorType":"Error","errorMessage":"Unable to stringify response body",)"));
  EXPECT_THAT(call("uncaught"),
              StartsWith(R"(failed: {"errorType":"RangeError","errorMessage":"loose",)"));
}

TEST_F(NodeTest, AProcessThatEndsIsAnExitError) {
  EXPECT_THAT(
      call("crash"),
      MatchesRegex(
          R"(failed: ."errorType":"Runtime.ExitError","errorMessage":"RequestId: [-0-9a-f]+ Error: )"
          R"(Runtime exited with error: exit status 3".)"));
}

TEST_F(NodeTest, HandlersThatCannotBeLoaded) {
  folder.write("broken.js", "exports.handler = {;");
  folder.write("needs.js", "require('no-such-package'); exports.handler = async () => 1;");
  folder.write("module_in_disguise.js",
               "import fs from 'fs'; export const handler = async () => 1;");
  struct Case {
    char const* handler;
    char const* type;
    char const* message;
  };
  Case const cases[] = {
      {"index.absent", "Runtime.HandlerNotFound", "index.absent is undefined or not exported"},
      {"index.notAFunction", "Runtime.HandlerNotFound",
       "index.notAFunction is undefined or not exported"},
      {"absent.handler", "Runtime.ImportModuleError", "Error: Cannot find module 'absent'"},
      {"needs.handler", "Runtime.ImportModuleError", "Error: Cannot find module 'no-such-package'"},
      {"broken.handler", "Runtime.UserCodeSyntaxError", "SyntaxError: "},
      {"index", "Runtime.MalformedHandlerName", "'index' is not a valid handler name"},
  };
  for (auto const& c : cases)
    EXPECT_THAT(Host({nodejs("f", c.handler, folder)}).call("f", "{}"),
                StartsWith("failed: {\"errorType\":\"" + std::string(c.type) +
                           "\",\"errorMessage\":\"" + c.message))
        << c.handler;
}

TEST_F(NodeTest, EsModules) {
  folder.write(
      "module.mjs",
      "import { sep } from 'path'; export const handler = async (event) => ({ sep, event });");
  folder.write("typed/package.json", R"({"type": "module"})");
  folder.write("typed/app.js", "export const handler = async () => 'typed';");
  folder.write("only_default.mjs", "export default { handler: async () => 'default' };");
  Host host({nodejs("mjs", "module.handler", folder), nodejs("typed", "typed/app.handler", folder),
             nodejs("default", "only_default.handler", folder)});
  EXPECT_EQ(host.call("mjs", "1"), R"({"sep":"/","event":1})");
  EXPECT_EQ(host.call("typed", "1"), "\"typed\"");
  EXPECT_EQ(host.call("default", "1"), "\"default\"");
}

TEST_F(NodeTest, WhatAHandlerSeesOfItsInvocation) {
  auto spec = nodejs("f", "index.context", folder);
  spec.environment = {{"OWN", "mine"}};
  functions::FunctionHostOptions options;
  options.environment = {{"SHARED", "ours"}, {"OWN", "overridden"}};
  Host host({spec}, std::move(options));
  auto request = testing::request_for("f:PROD", "{}");
  request.trace_header = "Root=1-2";
  EXPECT_EQ(
      payload_of(host.begin(request).get()),
      R"({"name":"f","arn":"arn:aws:lambda:us-east-1:123456789012:function:f:PROD","id":36,"key":"key-1",)"
      R"("variable":"key-1","trace":"Root=1-2","own":"mine","shared":"ours","region":"us-east-1","left":true})");
}

TEST_F(NodeTest, OutputGoesToTheLog) {
  Host host({nodejs("talker", "index.talks", folder)});
  EXPECT_THAT(host.call("talker", "{}"), HasSubstr("Runtime exited without providing a reason"));
  EXPECT_TRUE(host.log.has("talker: to the log"));
  EXPECT_TRUE(host.log.has("talker: unfinished"));
}

TEST_F(NodeTest, AProcessIsKeptForTheNextInvocation) {
  Host host({nodejs("f", "index.count", folder)});
  auto const first = host.call("f", "{}");
  EXPECT_THAT(first, StartsWith(R"({"count":1,)"));
  EXPECT_EQ(host.call("f", "{}"), R"({"count":2)" + first.substr(10));
}

TEST_F(NodeTest, ATimeOutKillsTheProcessAndTheNextCallGetsANewOne) {
  folder.write("hang.js",
               "exports.handler = (e) => e.hang ? new Promise(() => setInterval(() => {}, 1e6)) : "
               "Promise.resolve('ok');");
  auto spec = nodejs("f", "hang.handler", folder);
  spec.timeout = Milliseconds(300);
  Host host({spec});
  EXPECT_THAT(
      host.call("f", R"({"hang":true})"),
      MatchesRegex(
          R"(failed: ."errorType":"Sandbox.Timedout","errorMessage":"RequestId: [-0-9a-f]+ Error: )"
          R"(Task timed out after 0.30 seconds".)"));
  EXPECT_EQ(host.call("f", "{}"), "\"ok\"");
}

}  // namespace
}  // namespace treadle::integrations
