// Where a Distributed Map takes its items from and puts its results: ItemReader, ItemBatcher,
// ResultWriter. Source: Step Functions Developer Guide, "ItemReader", "ItemBatcher",
// "ResultWriter".
#pragma once

#include <optional>

#include "treadle/asl/fields.h"
#include "treadle/asl/model.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

// `fields` are those of the Map state.
void check_map_storage(Fields const& fields, Report& report);

// Its ItemReader, which has been checked; nullopt without one.
[[nodiscard]] auto read_item_reader(Fields const& fields) -> std::optional<ItemReader>;

}  // namespace treadle::asl
