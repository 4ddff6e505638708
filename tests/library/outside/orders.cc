// The program that README.md shows.
#include <cstdio>

#include <treadle/engine.h>

auto main() -> int {
  auto engine = treadle::Engine::open({});
  if (!engine) return 1;
  (void)engine->bind("price", [](treadle::Task& task) -> treadle::TaskResult {
    auto const items = task.input()["items"].integer().value_or(0);
    if (items == 0) return std::unexpected(treadle::TaskError{"EmptyOrder", "nothing to price"});
    return task.object({{"total", 12.5 * static_cast<double>(items)}});
  });
  auto const defined = engine->define("orders", R"({"StartAt":"Price","States":{
    "Price":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:price",
      "Catch":[{"ErrorEquals":["EmptyOrder"],"Next":"Nothing"}],"End":true},
    "Nothing":{"Type":"Pass","Result":{"total":0},"End":true}}})");
  if (!defined) std::puts(defined.error().c_str());
  for (auto const* input : {R"({"items":4})", "{}"})
    if (auto const end = engine->run("orders", input)) std::puts(end->output.c_str());
}
