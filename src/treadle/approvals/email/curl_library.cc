#include "treadle/approvals/email/curl_library.h"

#include <dlfcn.h>

#include <fmt/format.h>

namespace treadle::approvals::email {
namespace {

constexpr char const* kFile = "libcurl.so.4";

auto cannot_load() -> std::unexpected<std::string> {
  return std::unexpected(
      fmt::format("mail is sent by {}, which can't be loaded (Debian's package is libcurl4): {}",
                  kFile, ::dlerror()));
}

template <typename Function>
auto find(void* library, char const* name, Function& out) -> bool {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

auto load() -> Result<CurlLibrary const*, std::string> {
  static CurlLibrary curl;
  auto* const library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return cannot_load();
  decltype(&curl_global_init) global_init = nullptr;
  bool const is_whole = find(library, "curl_global_init", global_init) &&
                        find(library, "curl_easy_init", curl.easy_init) &&
                        find(library, "curl_easy_reset", curl.easy_reset) &&
                        find(library, "curl_easy_setopt", curl.easy_setopt) &&
                        find(library, "curl_easy_perform", curl.easy_perform) &&
                        find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                        find(library, "curl_easy_strerror", curl.easy_strerror) &&
                        find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                        find(library, "curl_slist_append", curl.slist_append) &&
                        find(library, "curl_slist_free_all", curl.slist_free_all);
  if (!is_whole) return cannot_load();
  if (auto const code = global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
    return std::unexpected(fmt::format("{}: {}", kFile, curl.easy_strerror(code)));
  return &curl;
}

}  // namespace

auto load_curl() -> Result<CurlLibrary const*, std::string> const& {
  static auto const loaded = load();
  return loaded;
}

}  // namespace treadle::approvals::email
