// A private temporary folder that holds the runtime clients as files while their processes may need
// them.
#pragma once

#include <expected>
#include <string>

namespace treadle::integrations::functions {

class ClientFolder {
 public:
  // Writes nodejs.cjs and python.py into a new folder (0700) under TMPDIR, else /tmp.
  [[nodiscard]] static auto create() -> std::expected<ClientFolder, std::string>;
  ClientFolder(ClientFolder&& other) noexcept;
  auto operator=(ClientFolder&&) -> ClientFolder& = delete;
  ~ClientFolder();  // removes it

  [[nodiscard]] auto path() const -> std::string const& { return path_; }

 private:
  explicit ClientFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace treadle::integrations::functions
