#include "treadle/approvals/email/smtp.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include <fmt/format.h>

#include "treadle/approvals/email/curl_library.h"
#include "treadle/base/assert.h"

namespace treadle::approvals::email {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kSendSeconds = 30;

struct Upload {
  std::string_view rest;
};

auto read_upload(char* buffer, std::size_t size, std::size_t count, void* data) -> std::size_t {
  auto& upload = *static_cast<Upload*>(data);
  auto const bytes = std::min(size * count, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), bytes);
  upload.rest.remove_prefix(bytes);
  return bytes;
}

// Asked about once a second; anything but 0 ends the transfer.
auto is_given_up(void* flag, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> int {
  return static_cast<std::atomic<bool>*>(flag)->load() ? 1 : 0;
}

auto url_of(Settings const& settings) -> std::string {
  auto const host =
      settings.host.contains(':') ? fmt::format("[{}]", settings.host) : settings.host;
  return fmt::format("{}://{}:{}", settings.security == Security::kTls ? "smtps" : "smtp", host,
                     settings.port);
}

// `reply` is the last SMTP reply code; of codes that say it for good there are those from 500 on, and
// curl's own for credentials and certificates.
auto is_for_good(CURLcode code, long reply) -> bool {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
    case CURLE_URL_MALFORMAT: return true;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_OPERATION_TIMEDOUT: return false;
    default: return reply >= 500 && reply < 600;
  }
}

}  // namespace

struct SmtpClient::Impl {
  Settings settings;
  CurlLibrary const& library;
  CURL* curl = nullptr;
  std::string url;
  std::atomic<bool> given_up = false;
  std::array<char, CURL_ERROR_SIZE> error{};

  template <typename Value>
  void set(CURLoption option, Value value) {
    TREADLE_ASSERT(library.easy_setopt(curl, option, value) == CURLE_OK);
  }

  void set_up() {
    library.easy_reset(curl);
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");  // none, whatever the environment says
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    set(CURLOPT_TIMEOUT, kSendSeconds);
    set(CURLOPT_USE_SSL,
        static_cast<long>(settings.security == Security::kStartTls ? CURLUSESSL_ALL
                                                                   : CURLUSESSL_NONE));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings.ca_file.empty()) set(CURLOPT_CAINFO, settings.ca_file.c_str());
    if (!settings.user.empty()) {
      set(CURLOPT_USERNAME, settings.user.c_str());
      set(CURLOPT_PASSWORD, settings.password.c_str());
    }
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, is_given_up);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(&given_up));
    set(CURLOPT_ERRORBUFFER, error.data());
  }
};

SmtpClient::SmtpClient(Settings settings)
    : impl_(std::make_unique<Impl>(std::move(settings), *load_curl().value())) {
  impl_->url = url_of(impl_->settings);
  impl_->curl = impl_->library.easy_init();
  TREADLE_ASSERT(impl_->curl != nullptr);
}

SmtpClient::~SmtpClient() { impl_->library.easy_cleanup(impl_->curl); }

void SmtpClient::give_up() { impl_->given_up = true; }

auto SmtpClient::send(std::string const& to, std::string_view message) -> Result<void, SmtpError> {
  TREADLE_ASSERT(is_address(to));
  impl_->set_up();
  impl_->error[0] = '\0';
  Upload upload{message};
  auto const from = fmt::format("<{}>", impl_->settings.from.address);
  auto* const recipients = impl_->library.slist_append(nullptr, fmt::format("<{}>", to).c_str());
  TREADLE_ASSERT(recipients != nullptr);
  impl_->set(CURLOPT_MAIL_FROM, from.c_str());
  impl_->set(CURLOPT_MAIL_RCPT, recipients);
  impl_->set(CURLOPT_UPLOAD, 1L);
  impl_->set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  impl_->set(CURLOPT_READFUNCTION, read_upload);
  impl_->set(CURLOPT_READDATA, static_cast<void*>(&upload));
  auto const code = impl_->library.easy_perform(impl_->curl);
  long reply = 0;
  impl_->library.easy_getinfo(impl_->curl, CURLINFO_RESPONSE_CODE, &reply);
  impl_->library.slist_free_all(recipients);
  if (code == CURLE_OK) return {};
  std::string what =
      impl_->error[0] != '\0' ? impl_->error.data() : impl_->library.easy_strerror(code);
  if (reply >= 400) what += fmt::format(" (SMTP reply {})", reply);
  return std::unexpected(
      SmtpError{is_for_good(code, reply) ? SmtpError::Kind::kForGood : SmtpError::Kind::kForNow,
                std::move(what)});
}

}  // namespace treadle::approvals::email
