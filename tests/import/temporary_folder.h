// A folder that is gone at the end of its test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace treadle::import {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto name = (std::filesystem::temp_directory_path() / "treadle-import-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(TemporaryFolder const&) = delete;
  auto operator=(TemporaryFolder const&) -> TemporaryFolder& = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }
  void write(std::string const& name, std::string const& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] auto read(std::string const& name) const -> std::string {
    std::ostringstream out;
    out << std::ifstream(path_ / name, std::ios::binary).rdbuf();
    return out.str();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace treadle::import
