#include "treadle/integrations/functions/client_folder.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "treadle/integrations/functions/clients.h"

namespace treadle::integrations::functions {

auto ClientFolder::create() -> std::expected<ClientFolder, std::string> {
  std::error_code ignored;
  auto const base = std::filesystem::temp_directory_path(ignored);
  auto path =
      ((base.empty() ? std::filesystem::path("/tmp") : base) / "treadle-functions-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr)
    return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
  ClientFolder folder(std::move(path));
  for (auto const& [name, text] :
       {std::pair("nodejs.cjs", kNodejsClient), {"python.py", kPythonClient}}) {
    std::ofstream file(std::filesystem::path(folder.path_) / name, std::ios::binary);
    if (!file.write(text.data(), static_cast<std::streamsize>(text.size())).flush())
      return std::unexpected(fmt::format("{}/{} can't be written", folder.path_, name));
  }
  return folder;
}

ClientFolder::ClientFolder(ClientFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ClientFolder::~ClientFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace treadle::integrations::functions
