#include "treadle/import/terraform/importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/terraform/evaluation.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::import::terraform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

struct Imported {
  ImportedProject project;
  std::string problems;  // as they are shown
  Verdict verdict = Verdict::kOk;

  [[nodiscard]] auto definition(std::string_view pointer) const -> std::string {
    json::Arena arena;
    auto const root = json::parse(arena, project.state_machines.at(0).definition);
    if (!root) return "not JSON";
    auto value = *root;
    for (; !pointer.empty();
         pointer.remove_prefix(std::min(pointer.find('/', 1), pointer.size()))) {
      auto const* member = value.find(pointer.substr(1, pointer.find('/', 1) - 1));
      if (member == nullptr) return "nothing";
      value = *member;
    }
    return value.is_string() ? std::string(value.as_string()) : "no string";
  }
};

auto import_text(Inputs inputs, std::map<std::string, std::string> files = {}) -> Imported {
  Sources sources;
  auto outcome =
      import_terraform(sources, std::move(inputs), reader_of(std::move(files)), "/orders");
  std::string problems;
  for (auto const& problem : outcome.problems) problems += sources.render(problem);
  return {std::move(outcome.project), std::move(problems), outcome.verdict};
}

auto inputs_of(std::string text) -> Inputs {
  Inputs inputs;
  inputs.configurations.push_back({"main.tf", std::move(text)});
  return inputs;
}

// A state machine with one state, a Task whose Resource is `resource`.
auto task_machine(std::string const& resource) -> std::string {
  return R"(
resource "aws_sfn_state_machine" "orders" {
  name     = "orders"
  role_arn = aws_iam_role.machine.arn
  definition = jsonencode({
    StartAt = "Do"
    States = { Do = { Type = "Task", Resource = )" +
         resource + R"(, End = true } }
  })
}
)";
}

constexpr char const* kResource = "/States/Do/Resource";

struct ReferenceCase {
  char const* name;
  char const* resource;  // in the definition
  char const* more;      // configuration beside it
  char const* expected;
};

class ReferenceTest : public testing::TestWithParam<ReferenceCase> {};

TEST_P(ReferenceTest, BecomesWhatAwsWouldSay) {
  auto const& [name, resource, more, expected] = GetParam();
  auto const imported = import_text(inputs_of(task_machine(resource) + more));
  ASSERT_EQ(imported.project.state_machines.size(), 1U) << imported.problems;
  EXPECT_EQ(imported.definition(kResource), expected) << imported.problems;
}

constexpr ReferenceCase kReferences[] = {
    {"lambda_by_label", "aws_lambda_function.validate_order.arn", "",
     "arn:aws:lambda:us-east-1:123456789012:function:validate_order"},
    {"label_and_not_function_name", "aws_lambda_function.f.arn",
     R"(resource "aws_lambda_function" "f" { function_name = "f-live" })",
     "arn:aws:lambda:us-east-1:123456789012:function:f"},
    {"function_name", "\"x:${aws_lambda_function.f.function_name}\"", "", "x:f"},
    {"qualified_arn", "aws_lambda_function.f.qualified_arn", "",
     "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST"},
    {"alias", "aws_lambda_alias.live.arn",
     R"(resource "aws_lambda_alias" "live" {
          name = "live"
          function_name = aws_lambda_function.f.arn
        })",
     "arn:aws:lambda:us-east-1:123456789012:function:f:live"},
    {"counted", "aws_lambda_function.f[0].arn",
     R"(resource "aws_lambda_function" "f" { count = 1 })",
     "arn:aws:lambda:us-east-1:123456789012:function:f"},
    {"counted_further", "aws_lambda_function.f[1].arn",
     R"(resource "aws_lambda_function" "f" { count = 2 })",
     "arn:aws:lambda:us-east-1:123456789012:function:f-1"},
    {"for_each", "aws_lambda_function.f[\"pay\"].arn",
     R"(resource "aws_lambda_function" "f" { for_each = toset(["pay", "ship"]) })",
     "arn:aws:lambda:us-east-1:123456789012:function:f-pay"},
    {"splat", "join(\" \", aws_lambda_function.f[*].function_name)",
     R"(resource "aws_lambda_function" "f" { count = 2 })", "f f-1"},
    {"for_over_a_repeated_resource",
     "join(\" \", [for k, f in aws_lambda_function.f : \"${k}=${f.function_name}\"])",
     R"(resource "aws_lambda_function" "f" { for_each = { b = 1, a = 2 } })", "a=f-a b=f-b"},
    {"module_with_a_function", "module.pay.lambda_function_arn", "",
     "arn:aws:lambda:us-east-1:123456789012:function:pay"},
    {"activity", "aws_sfn_activity.wait.id",
     R"(resource "aws_sfn_activity" "wait" { name = "wait-dev" })",
     "arn:aws:states:us-east-1:123456789012:activity:wait-dev"},
    {"other_state_machine", "aws_sfn_state_machine.other.arn", "",
     "arn:aws:states:us-east-1:123456789012:stateMachine:other"},
    {"queue_url", "aws_sqs_queue.q.url", R"(resource "aws_sqs_queue" "q" { name = "q-1" })",
     "https://sqs.us-east-1.amazonaws.com/123456789012/q-1"},
    {"topic", "aws_sns_topic.t.arn", "", "arn:aws:sns:us-east-1:123456789012:t"},
    {"table", "\"${aws_dynamodb_table.t.name} ${aws_dynamodb_table.t.arn}\"",
     R"(resource "aws_dynamodb_table" "t" { name = "orders-${local.e}" }
locals { e = "x" })",
     "orders-x arn:aws:dynamodb:us-east-1:123456789012:table/orders-x"},
    {"bucket", "\"${aws_s3_bucket.b.id} ${aws_s3_bucket.b.arn}\"",
     R"(resource "aws_s3_bucket" "b" { bucket = "b-1" })", "b-1 arn:aws:s3:::b-1"},
    {"declared_attribute", "\"q-${aws_sqs_queue.q.delay_seconds}\"",
     R"(resource "aws_sqs_queue" "q" { delay_seconds = 7 })", "q-7"},
    {"unknown_type", "aws_shiny_thing.t.arn", "", "arn:aws:shiny:us-east-1:123456789012:t"},
    {"surroundings",
     "\"${data.aws_partition.p.partition}:${data.aws_region.r.name}:${data.aws_caller_identity.me."
     "account_id}\"",
     "", "aws:us-east-1:123456789012"},
    {"template_file", "data.template_file.t.rendered",
     R"(data "template_file" "t" {
          template = "a-$${b}"
          vars = { b = aws_lambda_function.f.function_name }
        })",
     "a-f"},
    {"locals_in_any_order", "local.a", "locals {\n b = \"x\"\n a = \"${local.b}y\"\n}", "xy"},
    {"workspace", "\"${terraform.workspace} ${path.module}\"", "", "default ."},
};
INSTANTIATE_TEST_SUITE_P(References, ReferenceTest, testing::ValuesIn(kReferences),
                         [](auto const& test) -> std::string { return test.param.name; });

TEST(Importer, UsesTheConfiguredPlace) {
  auto inputs = inputs_of(task_machine("aws_lambda_function.f.arn"));
  inputs.place = {.region = "eu-west-1", .account = "000000000000"};
  auto const imported = import_text(std::move(inputs));
  EXPECT_EQ(imported.definition(kResource), "arn:aws:lambda:eu-west-1:000000000000:function:f");
}

struct VariableCase {
  char const* name;
  char const* declaration;
  std::vector<Assignment> flags;
  std::vector<Assignment> environment;
  std::vector<TextFile> files;
  char const* expected;  // of "${jsonencode(var.v)}"
};

class VariableTest : public testing::TestWithParam<VariableCase> {};

TEST_P(VariableTest, HasTheValue) {
  auto const& test = GetParam();
  auto inputs = inputs_of(task_machine("jsonencode(var.v)") + test.declaration);
  inputs.flags = test.flags;
  inputs.environment = test.environment;
  inputs.variable_files = test.files;
  auto const imported = import_text(std::move(inputs));
  ASSERT_EQ(imported.project.state_machines.size(), 1U) << imported.problems;
  EXPECT_EQ(imported.definition(kResource), test.expected) << imported.problems;
}

VariableCase const kVariables[] = {
    {"default_value", R"(variable "v" { default = "d" })", {}, {}, {}, R"("d")"},
    {"file_over_default",
     R"(variable "v" { default = "d" })",
     {},
     {},
     {{"terraform.tfvars", "v = \"f\""}},
     R"("f")"},
    {"later_file_wins",
     "",
     {},
     {},
     {{"terraform.tfvars", "v = \"f\""}, {"x.auto.tfvars", "v = \"g\""}},
     R"("g")"},
    {"environment_over_file", "", {}, {{"v", "e"}}, {{"terraform.tfvars", "v = \"f\""}}, R"("e")"},
    {"flag_over_environment", "", {{"v", "1"}, {"v", "2"}}, {{"v", "e"}}, {}, R"("2")"},
    {"dev_without_a_value", R"(variable "v" { type = string })", {}, {}, {}, R"("dev")"},
    {"dev_without_a_declaration", "", {}, {}, {}, R"("dev")"},
    {"text_as_number", R"(variable "v" { type = number })", {{"v", "7"}}, {}, {}, "7"},
    {"expression_for_a_list",
     R"(variable "v" { type = list(string) })",
     {{"v", "[\"a\", 1]"}},
     {},
     {},
     R"(["a","1"])"},
    {"optional_members",
     "variable \"v\" {\n type = object({ a = string, b = optional(number, 3), c = optional(string) "
     "})\n"
     " default = { a = 1, x = 2 }\n}",
     {},
     {},
     {},
     R"({"a":"1","b":3,"c":null})"},
    {"map_and_set",
     R"(variable "v" { type = map(set(string)) })",
     {{"v", "{ a = [2, 1, 2] }"}},
     {},
     {},
     R"({"a":["1","2"]})"},
    {"value_that_is_empty", R"(variable "v" { default = "d" })", {{"v", ""}}, {}, {}, R"("")"},
};
INSTANTIATE_TEST_SUITE_P(Variables, VariableTest, testing::ValuesIn(kVariables),
                         [](auto const& test) -> std::string { return test.param.name; });

TEST(Importer, WarnsOnceOfAVariableWithoutAValue) {
  auto const imported = import_text(inputs_of(
      task_machine("\"arn:aws:lambda:us-east-1:123456789012:function:${var.env}${var.env}\"")));
  EXPECT_EQ(imported.verdict, Verdict::kOk);
  EXPECT_THAT(imported.problems,
              testing::StartsWith(
                  "main.tf:7:103: warning: the variable 'env' has no value: it becomes \"dev\""));
  EXPECT_EQ(imported.problems.find("the variable"), imported.problems.rfind("the variable"));
}

TEST(Importer, ReadsAStateMachine) {
  auto const imported = import_text(inputs_of(R"(
resource "aws_sfn_state_machine" "orders" {
  name_prefix = "pre-"
  role_arn    = aws_iam_role.machine.arn
  type        = "EXPRESS"
  definition  = <<EOT
{"StartAt": "A",
 "States": {"A": {"Type": "Succeed"}}}
EOT
  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.sfn.arn}:*"
    include_execution_data = true
    level                  = "ERROR"
  }
  tracing_configuration { enabled = true }
  tags = { Team = "orders", Cost = 7 }
}
)"));
  ASSERT_EQ(imported.project.state_machines.size(), 1U) << imported.problems;
  auto const& machine = imported.project.state_machines[0];
  EXPECT_EQ(machine.name, "pre-orders");
  EXPECT_EQ(machine.type, asl::MachineType::kExpress);
  EXPECT_EQ(machine.role_arn, "arn:aws:iam::123456789012:role/machine");
  EXPECT_EQ(machine.definition,
            "{\"StartAt\": \"A\",\n \"States\": {\"A\": {\"Type\": \"Succeed\"}}}\n");
  EXPECT_EQ(
      machine.logging,
      (LoggingConfiguration{"ERROR", true, "arn:aws:logs:us-east-1:123456789012:log-group:sfn:*"}));
  EXPECT_TRUE(machine.is_tracing_enabled);
  EXPECT_THAT(machine.tags, ElementsAre(Pair("Team", "orders"), Pair("Cost", "7")));
}

TEST(Importer, LaysOutWhatJsonencodeMade) {
  auto const imported =
      import_text(inputs_of("resource \"aws_sfn_state_machine\" \"m\" {\n"
                            "  definition = jsonencode({ StartAt = \"A\", States = { A = { Type = "
                            "\"Succeed\" } } })\n}\n"));
  ASSERT_EQ(imported.project.state_machines.size(), 1U) << imported.problems;
  EXPECT_EQ(imported.project.state_machines[0].name, "m");
  EXPECT_EQ(imported.project.state_machines[0].definition,
            "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\n      \"Type\": "
            "\"Succeed\"\n    }\n  }\n}\n");
}

TEST(Importer, RepeatsStateMachines) {
  auto const imported = import_text(
      inputs_of(R"(
resource "aws_sfn_state_machine" "m" {
  for_each   = { a = "ERROR", b = "" }
  name       = "m-${each.key}"
  definition = templatefile("${path.module}/m.json", { comment = each.value })
  dynamic "logging_configuration" {
    for_each = each.value == "" ? [] : [each.value]
    content { level = logging_configuration.value }
  }
}
)"),
      {{"./m.json",
        R"({"Comment": "${comment}", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})"}});
  ASSERT_EQ(imported.project.state_machines.size(), 2U) << imported.problems;
  EXPECT_EQ(imported.project.state_machines[0].name, "m-a");
  EXPECT_EQ(imported.project.state_machines[0].logging->level, "ERROR");
  EXPECT_EQ(imported.definition("/Comment"), "ERROR");
  EXPECT_EQ(imported.project.state_machines[1].name, "m-b");
  EXPECT_EQ(imported.project.state_machines[1].logging, std::nullopt);
}

TEST(Importer, ReadsFunctions) {
  auto const imported = import_text(inputs_of(R"(
data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src/pay"
  output_path = "pay.zip"
}
resource "aws_lambda_function" "pay" {
  function_name = "pay-live"
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  filename      = data.archive_file.code.output_path
  timeout       = 30
  memory_size   = 256
  environment {
    variables = {
      TABLE = aws_dynamodb_table.orders.name
      HOST  = aws_db_instance.db.address
    }
  }
}
resource "aws_lambda_function" "ship" {
  runtime  = "python3.12"
  handler  = "app.main"
  filename = "ship.zip"
}
resource "aws_lambda_function" "bill" {
  runtime = "java21"
  handler = "Bill::run"
}
)" + task_machine("aws_lambda_function.elsewhere.arn")));
  EXPECT_EQ(imported.verdict, Verdict::kOk);
  auto const& functions = imported.project.functions;
  ASSERT_EQ(functions.size(), 4U) << imported.problems;
  auto const& pay = functions[0].function;
  EXPECT_EQ(pay.name, "pay");
  EXPECT_EQ(pay.runtime, FunctionRuntime::kNodejs);
  EXPECT_EQ(pay.handler, "index.handler");
  EXPECT_EQ(pay.code, "/orders/src/pay");
  EXPECT_EQ(pay.timeout, std::chrono::seconds(30));
  EXPECT_EQ(pay.memory_mb, 256U);
  EXPECT_THAT(pay.environment, ElementsAre(Pair("TABLE", "orders")));
  EXPECT_THAT(imported.problems,
              HasSubstr("main.tf:17:34: warning: this variable of function 'pay' is left out"));
  EXPECT_EQ(functions[1].function.runtime, FunctionRuntime::kPython);
  EXPECT_EQ(functions[1].remark, "code: name the folder that ship.zip is made of");
  EXPECT_EQ(functions[2].function.runtime, std::nullopt);
  EXPECT_THAT(functions[2].remark, HasSubstr("java21 isn't run here"));
  EXPECT_EQ(functions[3].function.name, "elsewhere");
  EXPECT_THAT(functions[3].remark, HasSubstr("no handler yet"));
}

struct ErrorCase {
  char const* name;
  char const* text;
  char const* error;
  Verdict verdict = Verdict::kUnreadable;
};

class ImportErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(ImportErrorTest, SaysWhereAndWhat) {
  auto const imported = import_text(inputs_of(GetParam().text));
  EXPECT_EQ(imported.verdict, GetParam().verdict);
  EXPECT_THAT(imported.problems, HasSubstr(GetParam().error));
}

#define MACHINE(body) "resource \"aws_sfn_state_machine\" \"m\" {\n" body "\n}\n"
constexpr ErrorCase kErrors[] = {
    {"no_value", MACHINE("  name = "),
     "main.tf:2:10: error: expected a value, but here is the end of the line"},
    {"no_brace", "resource \"aws_sfn_state_machine\" \"m\" {\n",
     "main.tf:2:1: error: expected the name of an attribute or the type of a block, but here is "
     "the end of the file"},
    {"text_after_a_block", "locals {\n}Each state\n",
     "main.tf:2:2: error: expected the end of the line after an attribute or a block, but here is "
     "'Each'"},
    {"attribute_at_the_top", "name = 1\n", "main.tf:1:1: error: expected a block"},
    {"attribute_twice", MACHINE("  name = 1\n  name = 2"),
     "main.tf:3:3: error: expected 'name' only once"},
    {"resource_twice", MACHINE("") MACHINE(""), "main.tf:4:1: error: expected 'm' only once"},
    {"one_label", "resource \"aws_sqs_queue\" {}\n",
     "main.tf:1:1: error: expected 2 labels after 'resource', but there are 1"},
    {"label_with_a_sequence", "resource \"a${1}\" \"b\" {}\n",
     "main.tf:1:12: error: expected the closing '\"' of a label"},
    {"label_with_blanks", "resource \"aws_lambda_function\" \"a b\" {}\n",
     "main.tf:1:1: error: expected labels that are names"},
    {"no_definition", MACHINE("  name = \"m\""),
     "main.tf:1:1: error: expected a 'definition' in this state machine"},
    {"definition_is_an_object", MACHINE("  definition = {}"),
     "main.tf:2:3: error: expected a string as the definition"},
    {"name_is_a_path", MACHINE("  name = \"../m\"\n  definition = \"{}\""),
     "main.tf:2:3: error: expected a name of 1 to 80"},
    {"type", MACHINE("  type = \"FAST\"\n  definition = \"{}\""),
     "main.tf:2:3: error: expected STANDARD or EXPRESS"},
    {"unknown_local", MACHINE("  definition = local.d"),
     "main.tf:2:22: error: expected a local that is declared, but there is no 'd'"},
    {"ring_of_locals",
     "locals {\n  a = local.b\n  b = local.a\n}\n" MACHINE("  definition = local.a"),
     "main.tf:2:3: error: the local 'a' refers to itself"},
    {"ring_of_resources",
     "resource \"aws_sqs_queue\" \"a\" {\n name = aws_sqs_queue.a.name\n}\n" MACHINE(
         "  definition = aws_sqs_queue.a.name"),
     "do they form a ring?"},
    {"variable_needs_a_number",
     "variable \"v\" { type = number }\n" MACHINE("  definition = var.v"),
     "main.tf:1:1: error: the variable 'v' has no value: give it one with --var v=VALUE"},
    {"unquoted_word", MACHINE("  type = EXPRESS"),
     "main.tf:2:10: error: expected a name after 'EXPRESS' (as in EXPRESS.NAME), or quotes"},
    {"unknown_root", MACHINE("  definition = locals.d"),
     "main.tf:2:16: error: expected var, local, data, module, path or a resource's type, but there "
     "is no 'locals'"},
    {"unknown_attribute", MACHINE("  definition = aws_sqs_queue.q.colour"),
     "main.tf:2:32: error: expected an attribute of aws_sqs_queue.q that is known before it is "
     "made (arn, id, url, name), but not 'colour'"},
    {"module_output", "module \"a\" {\n source = \"./a\"\n}\n" MACHINE("  definition = module.a.d"),
     "main.tf:5:16: error: expected a reference within this folder: module 'a' isn't imported"},
    {"each_outside", MACHINE("  definition = each.key"),
     "main.tf:2:16: error: expected 'each' only where a block is repeated"},
    {"no_such_instance",
     "resource \"aws_lambda_function\" \"f\" { count = 1 }\n" MACHINE(
         "  definition = aws_lambda_function.f[1].arn"),
     "main.tf:3:16: error: expected one of the instances of aws_lambda_function.f, but there is "
     "none [1]"},
    {"same_name",
     "resource \"aws_sfn_state_machine\" \"m\" {\n count = 2\n name = \"m\"\n definition = "
     "jsonencode({StartAt=\"A\",States={A={Type=\"Succeed\"}}})\n}\n",
     "main.tf:1:1: error: expected a name of its own"},
    {"invalid_definition",
     MACHINE("  definition = jsonencode({ StartAt = \"Nowhere\", States = { A = { Type = "
             "\"Succeed\" } } })"),
     "main.tf:2:3: error: m: ", Verdict::kInvalidDefinition},
    {"definition_is_no_json", MACHINE("  definition = \"{\""),
     "main.tf:2:3: error: m: ", Verdict::kInvalidDefinition},
};
INSTANTIATE_TEST_SUITE_P(Errors, ImportErrorTest, testing::ValuesIn(kErrors),
                         [](auto const& test) -> std::string { return test.param.name; });

TEST(Importer, WarnsOfModules) {
  auto const imported = import_text(inputs_of("module \"net\" {\n  source = \"./net\"\n}\n"));
  EXPECT_EQ(imported.verdict, Verdict::kOk);
  EXPECT_THAT(imported.problems, HasSubstr("main.tf:1:1: warning: module 'net' isn't imported"));
}

}  // namespace
}  // namespace treadle::import::terraform
