// A JSON object, written member by member: what answers of the API are made with.
#pragma once

#include "treadle/json/object_writer.h"

namespace treadle::api {

using json::ListWriter;
using json::ObjectWriter;

}  // namespace treadle::api
