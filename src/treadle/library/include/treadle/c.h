// Runs state machines in this process, for C and whatever speaks it. What each part means, and which
// thread may call it, stands in engine.h; here is its form in C.
//
// Texts go in as a pointer and a number of bytes (UTF-8, no zero at the end needed) and are copied
// before the call returns. Functions that can be refused give NULL, or the reason: a text that ends
// in zero, to be given back to treadle_text_free().
#pragma once

#include <stddef.h>

/* Names and typedefs as C has them: NOLINTBEGIN(modernize-use-using, readability-identifier-naming) */
#ifdef __cplusplus
extern "C" {
#endif

typedef struct treadle_engine treadle_engine;
typedef struct treadle_call treadle_call;
typedef struct treadle_end treadle_end;

/* A text that belongs to what it was got from. */
typedef struct treadle_text {
  char const* data;
  size_t size;
} treadle_text;

typedef enum treadle_machine_type {
  TREADLE_EXPRESS = 0,
  TREADLE_STANDARD = 1
} treadle_machine_type;
typedef enum treadle_status {
  TREADLE_SUCCEEDED = 0,
  TREADLE_FAILED = 1,
  TREADLE_TIMED_OUT = 2,
  TREADLE_ABORTED = 3
} treadle_status;

/* `directory` may be NULL: everything in memory. `threads` 0: one a core. */
char* treadle_engine_new(char const* directory, size_t threads, treadle_engine** engine);
void treadle_engine_free(treadle_engine* engine);
void treadle_text_free(char* text);

/* A function gets a call and owns it until it is answered by treadle_call_succeed() or
 * treadle_call_fail(): exactly once, before or after the function returns, on any thread. */
typedef void (*treadle_function)(void* context, treadle_call* call);
char* treadle_engine_bind(treadle_engine* engine, char const* resource, size_t resource_size,
                          treadle_function function, void* context);

treadle_text treadle_call_input(treadle_call const* call); /* JSON */
treadle_text treadle_call_resource(treadle_call const* call);
treadle_text treadle_call_execution(treadle_call const* call);
treadle_text treadle_call_idempotency_key(treadle_call const* call);
void treadle_call_succeed(treadle_call* call, char const* json, size_t json_size);
void treadle_call_fail(treadle_call* call, char const* error, size_t error_size, char const* cause,
                       size_t cause_size);

char* treadle_engine_define(treadle_engine* engine, char const* name, size_t name_size,
                            char const* definition, size_t definition_size,
                            treadle_machine_type type);

/* Waits for the end of an execution; `*end` is given back to treadle_end_free(). */
char* treadle_engine_run(treadle_engine* engine, char const* machine, size_t machine_size,
                         char const* input, size_t input_size, treadle_end** end);
treadle_status treadle_end_status(treadle_end const* end);
treadle_text treadle_end_output(treadle_end const* end); /* JSON; empty unless it succeeded */
treadle_text treadle_end_error(treadle_end const* end);
treadle_text treadle_end_cause(treadle_end const* end);
void treadle_end_free(treadle_end* end);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(modernize-use-using, readability-identifier-naming) */
