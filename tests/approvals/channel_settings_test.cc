// What stands under `channels:`: what is read, and what is refused with its place.
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "treadle/approvals/email/settings.h"
#include "treadle/approvals/slack/endpoint.h"
#include "treadle/approvals/slack/settings.h"
#include "treadle/import/yaml.h"

namespace treadle::approvals {
namespace {

struct Row {
  std::string name, yaml, error;
};

template <typename Read>
void expect_rows(std::span<Row const> rows, Read read) {
  setenv("TREADLE_TEST_SECRET", "xoxb-1", 1);
  unsetenv("TREADLE_TEST_NOTHING");
  ChannelReader const reader("approvals.yaml");
  for (auto const& row : rows) {
    auto const node = import::yaml::parse(row.yaml);
    ASSERT_TRUE(node.has_value()) << row.name;
    auto const result = read(reader, *node);
    EXPECT_EQ(result ? "" : result.error(), row.error) << row.name;
  }
}

TEST(ChannelSettings, Slack) {
  Row const rows[] = {
      {"all",
       "botToken: {environment: TREADLE_TEST_SECRET}\nsigningSecret: {environment: "
       "TREADLE_TEST_SECRET}\nappToken: {environment: TREADLE_TEST_SECRET}\nteams: [T1]\napiUrl: "
       "http://127.0.0.1:9/api",
       ""},
      {"nothing", "teams: [T1]",
       "approvals.yaml:1:1: expected 'botToken', 'signingSecret' or both"},
      {"a secret in the open", "botToken: xoxb-1",
       "approvals.yaml:1:11: expected {environment: NAME} or {file: PATH} as 'botToken': a secret "
       "does not stand here itself"},
      {"no such variable", "botToken: {environment: TREADLE_TEST_NOTHING}",
       "approvals.yaml:1:11: the variable TREADLE_TEST_NOTHING is not set"},
      {"no such file", "botToken: {file: not-there}",
       "approvals.yaml:1:11: not-there is empty, too long, or can't be read"},
      {"another key", "token: x",
       "approvals.yaml:1:1: expected one of botToken, signingSecret, appToken, apiUrl, teams, but "
       "not 'token'"},
      {"no map", "[1]",
       "approvals.yaml:1:1: expected a map with botToken, signingSecret, appToken, apiUrl, teams"},
      {"no URL", "signingSecret: {environment: TREADLE_TEST_SECRET}\napiUrl: slack.com",
       "approvals.yaml:2:9: expected a URL like https://slack.com/api"},
      {"Socket Mode alone",
       "signingSecret: {environment: TREADLE_TEST_SECRET}\nappToken: {environment: "
       "TREADLE_TEST_SECRET}",
       "approvals.yaml:1:1: expected 'botToken' beside 'appToken'"},
  };
  expect_rows(rows, [](auto const& reader, auto const& node) {
    return slack::read_settings(reader, node);
  });
}

TEST(ChannelSettings, Email) {
  Row const rows[] = {
      {"all",
       "from: Treadle <a@example.com>\nserver: smtp.example.com:2525\nsecurity: tls\nuser: "
       "u\npassword: {environment: TREADLE_TEST_SECRET}\ncaFile: ca.pem",
       ""},
      {"no sender", "server: smtp.example.com", "approvals.yaml:1:1: expected 'from'"},
      {"no address", "from: Treadle\nserver: s",
       "approvals.yaml:1:7: expected an address, or a name and an address: Treadle "
       "<approvals@example.com>"},
      {"no server", "from: a@example.com", "approvals.yaml:1:1: expected 'server'"},
      {"a path", "from: a@example.com\nserver: s/x",
       "approvals.yaml:2:9: expected HOST or HOST:PORT as 'server'"},
      {"no security", "from: a@example.com\nserver: s\nsecurity: ssl",
       "approvals.yaml:3:11: expected starttls, tls or none"},
      {"a user alone", "from: a@example.com\nserver: s\nuser: u",
       "approvals.yaml:1:1: expected 'user' and 'password', or neither"},
      {"a password in the open",
       "from: a@example.com\nserver: smtp.example.com\nsecurity: none\nuser: u\npassword: "
       "{environment: TREADLE_TEST_SECRET}",
       "approvals.yaml:3:11: a password is not sent unencrypted: expected starttls or tls"},
      {"a password to this machine",
       "from: a@example.com\nserver: 127.0.0.1:2525\nsecurity: none\nuser: u\npassword: "
       "{environment: TREADLE_TEST_SECRET}",
       ""},
  };
  expect_rows(rows, [](auto const& reader, auto const& node) {
    return email::read_settings(reader, node);
  });
}

TEST(ChannelSettings, EmailPortsGoWithTheirSecurity) {
  ChannelReader const reader("approvals.yaml");
  for (auto const& [security, port] : {std::pair{"starttls", 587}, {"tls", 465}, {"none", 25}}) {
    auto const node =
        import::yaml::parse(std::string("from: a@example.com\nserver: s\nsecurity: ") + security);
    EXPECT_EQ(email::read_settings(reader, *node)->port, port);
  }
  auto const node = import::yaml::parse("from: a@example.com\nserver: s:80");
  EXPECT_EQ(email::read_settings(reader, *node)->port, 80);
}

TEST(ChannelSettings, Webhooks) {
  Row const rows[] = {
      {"one", "/hooks/slack: {function: handleApproval, verify: slack}", ""},
      {"not verified", "/hooks/slack: {function: handleApproval}",
       "approvals.yaml:1:15: expected 'verify'"},
      {"verified otherwise", "/hooks/slack: {function: f, verify: none}",
       "approvals.yaml:1:37: expected slack as 'verify'"},
      {"no function", "/hooks/slack: {verify: slack}", "approvals.yaml:1:15: expected 'function'"},
      {"elsewhere", "/slack: {function: f, verify: slack}",
       "approvals.yaml:1:1: expected a path below /hooks/, such as /hooks/slack"},
      {"no map", "x",
       "approvals.yaml:1:1: expected paths with their functions: /hooks/slack: {function: NAME, "
       "verify: slack}"},
  };
  expect_rows(rows,
              [](auto const& reader, auto const& node) { return slack::read_hooks(reader, node); });
}

}  // namespace
}  // namespace treadle::approvals
