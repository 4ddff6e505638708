// libcurl, loaded where mail is sent: with what it links it takes 3 MB of a process that never needs it.
#pragma once

#include <string>

#include <curl/curl.h>

#include "treadle/base/result.h"

namespace treadle::approvals::email {

// libcurl's functions that are used here, under their names without "curl_".
struct CurlLibrary {
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
};

// Loaded once and kept for good. The error is the dynamic linker's, with what to install. Any thread.
[[nodiscard]] auto load_curl() -> Result<CurlLibrary const*, std::string> const&;

}  // namespace treadle::approvals::email
