// What the intake log holds of an Express execution: all that starting it again takes, but the
// definition, which the store has by its revision.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/runtime/express_start.h"

namespace treadle::runtime {

void append_express_start(std::string& out, ExpressStart const& start);

// Without the definition. nullopt for bytes that append_express_start() does not write.
[[nodiscard]] auto read_express_start(std::string_view bytes) -> std::optional<ExpressStart>;

}  // namespace treadle::runtime
