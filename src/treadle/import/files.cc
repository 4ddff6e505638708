#include "treadle/import/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace treadle::import {
namespace {

namespace fs = std::filesystem;

auto refuse(fs::path const& path, std::string_view why) -> std::unexpected<std::string> {
  return std::unexpected(fmt::format("{}: {}", path.string(), why));
}

}  // namespace

auto read_file(fs::path const& path, std::size_t bytes_max) -> Result<std::string, std::string> {
  std::error_code error;
  auto const status = fs::status(path, error);
  if (!fs::exists(status)) return refuse(path, "there is no such file");
  if (!fs::is_regular_file(status)) return refuse(path, "this is no regular file");
  auto const size = fs::file_size(path, error);
  if (error) return refuse(path, error.message());
  if (size > bytes_max)
    return refuse(path, fmt::format("the file has more than {} bytes", bytes_max));
  std::ifstream in(path, std::ios::binary);
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (!in && size > 0) return refuse(path, std::strerror(errno));
  return text;
}

auto write_file(fs::path const& path, std::string_view text) -> Result<void, std::string> {
  auto const beside = fs::path(path.string() + ".new");
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return refuse(beside, std::strerror(errno));
  std::error_code error;
  fs::rename(beside, path, error);
  if (error) return refuse(path, error.message());
  return {};
}

}  // namespace treadle::import
