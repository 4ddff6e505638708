// What a task shows of Lambda's answer: the output of its success, or the name and cause of its
// failure.
//
// The two forms of a Lambda task differ. A function's ARN gives the payload to the character;
// lambda:invoke gives an object of the payload and the HTTP metadata. An error's cause is the
// payload, as sent or printed compactly. Source: recorded histories (aws.md, "Seen in the
// recordings", 15 to 20); Step Functions Developer Guide, "Invoke Lambda functions", "Handle Lambda
// service exceptions".
#pragma once

#include <cstddef>
#include <string_view>

#include "treadle/integrations/connector.h"
#include "treadle/integrations/lambda_message.h"

namespace treadle::integrations {

// `call` is the task, `request` what make_lambda_request() made of it.
//   2xx, no function error  CallSucceeded; over 262,144 bytes States.DataLimitExceeded
//   X-Amz-Function-Error    the payload's errorType, else Lambda.Unknown
//   any other status        Lambda.CODE, where the service model knows CODE, else
//   Lambda.AWSLambdaException
// A payload that is not JSON fails with Lambda.Unknown.
[[nodiscard]] auto to_call_result(TaskCall const& call, LambdaRequest const& request,
                                  LambdaResponse const& response) -> CallResult;

// States.DataLimitExceeded, in the words that name the task's resource.
[[nodiscard]] auto result_too_large(TaskCall const& call) -> CallFailed;

// `text` cut to at most `chars` characters (code points).
[[nodiscard]] auto truncated(std::string_view text, std::size_t chars) -> std::string_view;

}  // namespace treadle::integrations
