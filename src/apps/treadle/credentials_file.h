// The file of --credentials.
#pragma once

#include <string>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/net/sigv4.h"

namespace treadle::app {

// The access keys in a file of the form that net::parse_access_keys reads. Refused: a file that its
// owner does not have for himself (others may read or write it, or its group write it). An error is
// "FILE: why", and tells no secret.
[[nodiscard]] auto read_credentials(std::string const& path)
    -> Result<std::vector<net::AccessKey>, std::string>;

}  // namespace treadle::app
