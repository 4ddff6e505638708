// The programs that run a handler behind the Lambda Runtime API, carried in the binary
// (clients/ holds them as files; cmake/embed.cmake makes these).
#pragma once

#include <string_view>

namespace treadle::integrations::functions {

extern std::string_view const kNodejsClient;  // CommonJS, Node 18 or newer
extern std::string_view const kPythonClient;  // Python 3.8 or newer, standard library only

}  // namespace treadle::integrations::functions
