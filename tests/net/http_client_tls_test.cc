#include <cstdio>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tests/net/client_fixture.h"

namespace treadle::net {
namespace {

// A certificate for `name` that signs itself, and its key, made for this test run.
struct Certificate {
  explicit Certificate(std::string const& name) {
    key = EVP_EC_gen("P-256");
    certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    auto* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>("t"), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    auto* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate, key, EVP_sha256());
  }
  Certificate(Certificate const&) = delete;
  ~Certificate() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  void write(std::string const& path) const {
    auto* const file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }
  [[nodiscard]] auto text() const -> std::string {
    auto* const out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate);
    char const* begin = nullptr;
    auto const size = BIO_get_mem_data(out, &begin);
    auto pem = std::string(begin, static_cast<std::size_t>(size));
    BIO_free(out);
    return pem;
  }
  EVP_PKEY* key;
  X509* certificate;
};

class HttpClientTlsTest : public HttpClientTest {
 protected:
  // Answers one request over TLS on a thread.
  void serve(Certificate const& certificate, int max_version = 0) {
    thread_ = std::thread([this, &certificate, max_version] {
      auto* const context = SSL_CTX_new(TLS_server_method());
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_max_proto_version(context, max_version);
      SSL_CTX_set_min_proto_version(context, 0);
      SSL_CTX_use_certificate(context, certificate.certificate);
      SSL_CTX_use_PrivateKey(context, certificate.key);
      auto* const tls = SSL_new(context);
      auto const peer = server_.accept();
      SSL_set_fd(tls, peer);
      if (SSL_accept(tls) == 1) {
        char head[4096];
        if (SSL_read(tls, head, sizeof head) > 0) {
          auto const* const name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
          auto const body = std::string(name != nullptr ? name : "none");
          auto const response =
              "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
              body;
          SSL_write(tls, response.data(), static_cast<int>(response.size()));
        }
      }
      server_.end(peer);
      SSL_free(tls);
      SSL_CTX_free(context);
    });
  }
  void TearDown() override {
    if (thread_.joinable()) thread_.join();
    HttpClientTest::TearDown();
    std::remove(path_.c_str());
  }
  auto url(std::string const& host) const -> std::string {
    return "https://" + host + server_.url().substr(16);
  }

  RawServer server_;
  std::thread thread_;
  std::string path_ = testing::TempDir() + "treadle_net_ca_" + std::to_string(::getpid()) + ".pem";
};

TEST_F(HttpClientTlsTest, TrustsTheCaFileAndSendsTheName) {
  auto const certificate = Certificate("DNS:localhost");
  certificate.write(path_);
  use({.ca_file = path_});
  serve(certificate);
  auto answer = get(url("localhost"));
  EXPECT_EQ(text(answer), "200 localhost");
}

TEST_F(HttpClientTlsTest, VerifiesAddressesToo) {
  auto const certificate = Certificate("IP:127.0.0.1");
  certificate.write(path_);
  use({.ca_file = path_});
  serve(certificate);
  auto answer = get(url("127.0.0.1"));
  EXPECT_EQ(text(answer), "200 none");
}

TEST_F(HttpClientTlsTest, RefusesAnotherName) {
  auto const certificate = Certificate("DNS:example.com");
  certificate.write(path_);
  use({.ca_file = path_});
  serve(certificate);
  auto answer = get(url("localhost"));
  EXPECT_EQ(text(answer), "tls not sent");
}

TEST_F(HttpClientTlsTest, RefusesWhomNobodyVouchesFor) {
  auto const certificate = Certificate("DNS:localhost");
  serve(certificate);
  auto answer = get(url("localhost"));
  EXPECT_EQ(text(answer), "tls not sent");
}

TEST_F(HttpClientTlsTest, RefusesOldTls) {
  auto const certificate = Certificate("DNS:localhost");
  certificate.write(path_);
  use({.ca_file = path_});
  serve(certificate, TLS1_1_VERSION);
  auto answer = get(url("localhost"));
  EXPECT_EQ(text(answer), "tls not sent");
}

TEST_F(HttpClientTlsTest, ACallMayTrustWhomTheClientDoesNot) {
  auto const certificate = Certificate("DNS:localhost");
  certificate.write(path_);
  auto const other = Certificate("DNS:localhost");
  auto const ask = [this](std::string trusted) {
    auto request = ClientRequest{.method = "GET", .url = url("localhost")};
    request.trusted_certificates = std::move(trusted);
    auto answer = send(std::move(request));
    return text(answer);
  };
  serve(certificate);
  EXPECT_EQ(ask(certificate.text()), "200 localhost");
  thread_.join();
  serve(certificate);
  EXPECT_EQ(ask(other.text()), "tls not sent");
  thread_.join();
  serve(certificate);
  EXPECT_EQ(ask(""), "tls not sent") << "nor does what one call trusts hold for the next";
  EXPECT_EQ(ask("no certificate"), "tls not sent");
}

TEST_F(HttpClientTlsTest, SaysThatTheCaFileCannotBeRead) {
  use({.ca_file = "/nowhere/ca.pem"});
  auto answer = get(url("localhost"));
  EXPECT_EQ(text(answer), "tls not sent");
}

}  // namespace
}  // namespace treadle::net
