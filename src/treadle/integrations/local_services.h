// Services that this process answers itself: the same requests, without a socket.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"

namespace treadle::integrations {

// Must not block; may answer on any thread, at once or later. It does not check signatures: who
// reaches it was let in before.
using LocalService = std::function<void(net::Request&&, net::Responder)>;

// By id, as AWS SDK integrations write it: "s3", "sqs", "sns", "eventbridge", "timestreamwrite",
// "sfn". Filled at start, read-only while calls run.
using LocalServices = std::map<std::string, LocalService, std::less<>>;

}  // namespace treadle::integrations
