// Every function of treadle/c.h, from C.
#include <stdio.h>
#include <string.h>

#include <treadle/c.h>

#define TEXT(literal) (literal), sizeof(literal) - 1

// Gives the input back, or fails where it is "fail".
static void echo(void* context, treadle_call* call) {
  treadle_text const input = treadle_call_input(call);
  int* const calls = context;
  ++*calls;
  if (treadle_call_idempotency_key(call).size == 0 || treadle_call_execution(call).size == 0 ||
      treadle_call_resource(call).size == 0)
    treadle_call_fail(call, TEXT("Incomplete"), TEXT(""));
  else if (input.size == 6 && memcmp(input.data, "\"fail\"", 6) == 0)
    treadle_call_fail(call, TEXT("AsAsked"), TEXT("because"));
  else
    treadle_call_succeed(call, input.data, input.size);
}

static int refused(char* why) {
  if (why == NULL) return 0;
  printf("refused: %.*s\n", (int)strcspn(why, "\n"), why);
  treadle_text_free(why);
  return 1;
}

static int run(treadle_engine* engine, char const* input) {
  treadle_end* end = NULL;
  if (refused(treadle_engine_run(engine, TEXT("m"), input, strlen(input), &end))) return 1;
  treadle_text const output = treadle_end_output(end);
  treadle_text const error = treadle_end_error(end);
  treadle_text const cause = treadle_end_cause(end);
  printf("%d %.*s %.*s %.*s\n", (int)treadle_end_status(end), (int)output.size, output.data,
         (int)error.size, error.data, (int)cause.size, cause.data);
  treadle_end_free(end);
  return 0;
}

int main(void) {
  treadle_engine* engine = NULL;
  int calls = 0;
  if (refused(treadle_engine_new(NULL, 1, &engine))) return 1;
  if (refused(treadle_engine_bind(engine, TEXT("echo"), echo, &calls))) return 1;
  refused(treadle_engine_define(engine, TEXT("m"), TEXT("{"), TREADLE_EXPRESS));
  if (refused(treadle_engine_define(
          engine, TEXT("m"),
          TEXT("{\"StartAt\":\"T\",\"States\":{\"T\":{\"Type\":\"Task\",\"End\":true,\"Resource\":"
               "\"arn:aws:lambda:us-east-1:123456789012:function:echo\"}}}"),
          TREADLE_EXPRESS)))
    return 1;
  run(engine, "{\"a\":1}");
  run(engine, "\"fail\"");
  run(engine, "{a");
  printf("%d calls\n", calls);
  treadle_engine_free(engine);
  return 0;
}
