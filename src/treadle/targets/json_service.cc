#include "treadle/targets/json_service.h"

#include <memory>
#include <utility>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/targets/message.h"

namespace treadle::targets {

void serve_json(Worker& worker, JsonProtocol protocol, net::Request&& request,
                net::Responder responder, JsonOperation operation) {
  auto const held = std::make_shared<std::pair<net::Request, net::Responder>>(std::move(request),
                                                                              std::move(responder));
  bool const is_taken = worker.post([&worker, protocol, held, operation = std::move(operation)] {
    auto const& http = held->first;
    auto name = http.headers.find("x-amz-target").value_or("");
    if (name.starts_with(protocol.target_prefix)) name.remove_prefix(protocol.target_prefix.size());
    json::Arena arena;
    auto const body = json::parse(arena, http.body.empty() ? std::string_view("{}") : http.body,
                                  {.depth_max = protocol.depth_max});
    worker.answer(
        std::move(held->second),
        body && body->is_object()
            ? operation(name, *body, http)
            : json_response(refuse("SerializationException", "The request is no JSON object."),
                            protocol.content_type));
  });
  if (!is_taken)
    held->second.send(json_response(refuse("ThrottlingException", "Too many requests wait.", 503),
                                    protocol.content_type));
}

}  // namespace treadle::targets
