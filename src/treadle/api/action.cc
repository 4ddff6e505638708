#include "treadle/api/action.h"

#include "treadle/api/object_writer.h"
#include "treadle/base/utf8.h"

namespace treadle::api {

auto to_json(ActionCaller const& caller, std::string_view operation) -> std::string {
  constexpr std::size_t kUserAgentBytes = 300;
  ObjectWriter out;
  out.text("call", operation);
  if (caller.request == nullptr) return out.text("authenticated", "task").take();
  out.text("authenticated", caller.key == nullptr ? "none" : "access-key " + caller.key->id)
      .text("ip", caller.request->remote);
  auto const agent = caller.request->headers.find("user-agent").value_or("");
  if (!agent.empty() && utf8::is_valid(agent))
    out.text("userAgent", utf8::truncate(agent, kUserAgentBytes));
  return out.take();
}

}  // namespace treadle::api
