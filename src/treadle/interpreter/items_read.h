// The items in the data that an ItemReader of a Map finds.
// Source: Step Functions Developer Guide, "ItemReader (Map)"; RFC 6901, JSON pointers.
#pragma once

#include <string_view>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::interpreter {

// Whether read_data() knows how data of that kind is written: not yet CSV, Parquet and manifests.
[[nodiscard]] auto can_read(asl::ReaderInput input) -> bool;

// The whole data as JSON: a document; of JSON lines an array with an element a line.
// States.ItemReaderFailed where it is not written so. Of what can_read().
[[nodiscard]] auto read_data(asl::ReaderInput input, std::string_view data, json::Arena& arena)
    -> Result<json::Value>;

// The array that the JSON pointer `pointer` leads to in `data`; States.ItemReaderFailed.
[[nodiscard]] auto items_at(std::string_view pointer, json::Value data) -> Result<json::Value>;

}  // namespace treadle::interpreter
