#include "treadle/integrations/aws_sdk/names.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "treadle/integrations/aws_sdk/message.h"

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::size_t kNameCharsMax = 128;  // of a name that is compared or taken apart

auto is_upper(char c) -> bool { return c >= 'A' && c <= 'Z'; }
auto is_lower(char c) -> bool { return c >= 'a' && c <= 'z'; }
auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }
auto is_letter(char c) -> bool { return is_upper(c) || is_lower(c); }
auto to_lower(char c) -> char { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
auto to_upper(char c) -> char { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// Where a version ("v2", "V2") begins at `i`, and what stands before it is written in the other case
// (or is no letter) for two characters at least.
auto is_version_at(std::string_view text, std::size_t i) -> bool {
  if (i < 2 || i + 1 >= text.size() || !is_digit(text[i + 1])) return false;
  auto const before = text.substr(i - 2, 2);
  if (text[i] == 'v') return std::ranges::none_of(before, is_lower);
  return text[i] == 'V' && std::ranges::none_of(before, is_upper);
}

// Whether a word ends between text[i - 1] and text[i], both letters or digits.
auto is_boundary(std::string_view text, std::size_t i) -> bool {
  char const before = text[i - 1];
  char const here = text[i];
  char const next = i + 1 < text.size() ? text[i + 1] : ' ';
  if (is_version_at(text, i)) return true;
  if (is_lower(before) && is_upper(here)) return is_letter(next) || is_digit(next);
  if (is_upper(before) && is_upper(here))  // the last of an acronym
    return is_lower(next) && !is_version_at(text, i + 1);
  return is_digit(before) && is_letter(here);
}

// Words as the SDK for Java takes a name apart: "SageMaker A2I Runtime" is Sage, Maker, A2, I, Runtime.
auto pascal_case(std::string_view text) -> std::string {
  text = text.substr(0, kNameCharsMax);
  std::string out;
  bool begins = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (!is_letter(c) && !is_digit(c)) {
      begins = true;
      continue;
    }
    if (!begins && is_boundary(text, i)) begins = true;
    out += begins ? to_upper(c) : to_lower(c);
    begins = false;
  }
  return out;
}

auto distance(std::string_view a, std::string_view b) -> std::size_t {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto const exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

auto upper_first(std::string_view text) -> std::string {
  std::string out(text);
  if (!out.empty()) out[0] = to_upper(out[0]);
  return out;
}

auto as_in_resources(std::string_view service_id) -> std::string {
  std::string out;
  for (char const c : service_id)
    if (c != ' ' && c != '-') out += to_lower(c);
  return out;
}

auto nearest_name(std::string_view wanted, std::span<std::string_view const> names)
    -> std::string_view {
  if (wanted.size() > kNameCharsMax) return {};
  std::string_view nearest;
  auto least = std::max<std::size_t>(wanted.size() / 3, 1) + 1;
  for (auto const name : names)
    if (auto const far = distance(wanted, name); far < least) {
      least = far;
      nearest = name;
    }
  return nearest;
}

auto client_name(std::string_view service_id) -> std::string {
  auto name = pascal_case(service_id);
  for (std::string_view const prefix : {"Amazon", "Aws"})
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
  constexpr std::string_view kSuffix = "Service";
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  return name;
}

auto exception_name(std::string_view code) -> std::string {
  constexpr std::string_view kFault = "Fault";
  constexpr std::string_view kException = "Exception";
  code = code.substr(0, kNameCharsMax);
  if (code.ends_with(kFault)) code.remove_suffix(kFault.size());
  auto name = pascal_case(code);
  if (!name.ends_with(kException)) name += kException;
  return name;
}

auto service_id_of(std::string_view optimized_service) -> std::string_view {
  constexpr std::pair<std::string_view, std::string_view> kIds[] = {
      {"states", "sfn"},
      {"events", "eventbridge"},
      {"elasticmapreduce", "emr"},
      {"emr-containers", "emrcontainers"},
      {"emr-serverless", "emrserverless"},
      {"bedrock", "bedrockruntime"},
  };
  for (auto const& [name, id] : kIds)
    if (name == optimized_service) return id;
  return optimized_service;
}

}  // namespace treadle::integrations::aws_sdk
