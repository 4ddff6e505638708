// Where a Distributed Map takes its items from and puts its results: ItemReader, ItemBatcher,
// ResultWriter. Source: Step Functions Developer Guide, "ItemReader", "ItemBatcher",
// "ResultWriter".
#pragma once

#include "treadle/asl/fields.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

// `fields` are those of the Map state.
void check_map_storage(Fields const& fields, Report& report);

}  // namespace treadle::asl
