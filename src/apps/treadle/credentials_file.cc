#include "apps/treadle/credentials_file.h"

#include <sys/stat.h>

#include <fmt/format.h>

#include "apps/treadle/files.h"

namespace treadle::app {

auto read_credentials(std::string const& path) -> Result<std::vector<net::AccessKey>, std::string> {
  auto const fail = [&](std::string_view why) {
    return std::unexpected(fmt::format("{}: {}", path, why));
  };
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return fail("there is no such file");
  if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0)
    return fail("it holds secrets that others may read or change: chmod 600");
  auto const text = read_file(path);
  if (!text) return fail("it can't be read");
  auto keys = net::parse_access_keys(*text);
  if (!keys) return fail(keys.error());
  return std::move(*keys);
}

}  // namespace treadle::app
