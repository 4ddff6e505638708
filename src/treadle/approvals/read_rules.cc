// Rules out of a Spec.

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "treadle/approvals/spec.h"
#include "treadle/expr/jsonpath/path.h"

namespace treadle::approvals {
namespace {

template <typename T>
using Read = Result<T, std::string>;

constexpr std::size_t kApproversMax = 100;
constexpr std::size_t kRecipientsMax = 100;
constexpr std::size_t kRemindersMax = 20;
constexpr std::size_t kFieldsMax = 20;
constexpr std::uint64_t kSecondsMax = 99'999'999;

auto scalar(Spec const& spec, std::string_view expected) -> Read<std::string> {
  if (spec.kind != Spec::Kind::kScalar || spec.text.empty())
    return refuse(spec, fmt::format("expected {}", expected));
  return spec.text;
}

// A list, or what stands for a list of one.
auto elements(Spec const& spec) -> std::vector<Spec> {
  return spec.kind == Spec::Kind::kList ? spec.elements : std::vector<Spec>{spec};
}

auto whole_number(std::string_view text) -> std::optional<std::uint64_t> {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "90s", "30m", "23h", "2d".
auto duration(Spec const& spec) -> Read<std::chrono::seconds> {
  constexpr std::pair<char, std::uint64_t> kUnits[] = {
      {'s', 1}, {'m', 60}, {'h', 3'600}, {'d', 86'400}};
  auto const text = TRY(scalar(spec, "a time such as 90s, 30m, 23h or 2d"));
  auto const number = whole_number(std::string_view(text).substr(0, text.size() - 1));
  for (auto const& [unit, seconds] : kUnits)
    if (text.back() == unit && number && *number > 0 && *number <= kSecondsMax / seconds)
      return std::chrono::seconds(*number * seconds);
  return refuse(spec, fmt::format("expected a time such as 90s, 30m, 23h or 2d, not '{}'", text));
}

auto moment(Spec const& spec) -> Read<Moment> {
  auto const text = TRY(scalar(spec, "a share such as 50%, or a time such as 2h"));
  if (!text.ends_with('%')) return Moment(TRY(duration(spec)));
  auto const percent = whole_number(std::string_view(text).substr(0, text.size() - 1));
  if (!percent || *percent == 0 || *percent >= 100)
    return refuse(spec, fmt::format("expected 1% to 99%, not '{}'", text));
  return Moment(static_cast<double>(*percent) / 100.0);
}

auto path(Spec const& spec) -> Read<std::string> {
  auto text = TRY(scalar(spec, "a path into the Parameters such as $.order.total"));
  auto const parsed = expr::jsonpath::Path::parse(text);
  if (!parsed || !parsed->is_reference() || parsed->root() != expr::jsonpath::Root::kInput)
    return refuse(spec, fmt::format("expected a path such as $.order.total, not '{}'", text));
  return text;
}

auto approver(Spec const& spec) -> Read<AllowedApprover> {
  if (spec.kind == Spec::Kind::kScalar)
    return AllowedApprover{.id = TRY(scalar(spec, "an e-mail address or a name"))};
  TRY(check_names(spec, {"id", "name", "email", "slack"}));
  AllowedApprover out;
  auto const* const id = spec.find("id");
  if (id == nullptr) return refuse(spec, fmt::format("expected a '{}'", spec.spelled("id")));
  out.id = TRY(scalar(*id, "an e-mail address or a name"));
  if (auto const* s = spec.find("name")) out.name = TRY(scalar(*s, "a name"));
  if (auto const* s = spec.find("email")) out.email = TRY(scalar(*s, "an e-mail address"));
  if (auto const* s = spec.find("slack")) out.slack = TRY(scalar(*s, "a Slack user's id"));
  return out;
}

auto approvers(Spec const& spec) -> Read<std::vector<AllowedApprover>> {
  std::vector<AllowedApprover> out;
  for (auto const& element : elements(spec)) {
    auto one = TRY(approver(element));
    if (std::ranges::find(out, one.id, &AllowedApprover::id) != out.end())
      return refuse(element, fmt::format("'{}' is listed twice", one.id));
    out.push_back(std::move(one));
  }
  if (out.empty()) return refuse(spec, "expected one approver at least");
  if (out.size() > kApproversMax)
    return refuse(spec, fmt::format("expected at most {} approvers", kApproversMax));
  return out;
}

auto email_of(AllowedApprover const& approver) -> std::string {
  if (!approver.email.empty()) return approver.email;
  return approver.id.contains('@') ? approver.id : std::string();
}

// Of a channel: addresses, or the word "approvers".
void add_approvers(std::string const& channel, std::vector<AllowedApprover> const& approvers,
                   std::vector<Recipient>& out) {
  for (auto const& one : approvers) {
    auto address = channel == "slack" ? one.slack : email_of(one);
    if (!address.empty()) out.push_back({channel, std::move(address), one.id});
  }
}

auto recipients(Spec const& spec, std::vector<AllowedApprover> const& approvers)
    -> Read<std::vector<Recipient>> {
  if (spec.kind != Spec::Kind::kMap)
    return refuse(spec, "expected channels by name, such as slack or email");
  std::vector<Recipient> out;
  for (auto const& [key, value] : spec.members) {
    auto channel = key;
    std::ranges::transform(channel, channel.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    for (auto const& element : elements(value)) {
      auto address = TRY(scalar(element, "an address, or 'approvers'"));
      if (address == "approvers") {
        add_approvers(channel, approvers, out);
        continue;
      }
      auto const who = std::ranges::find_if(
          approvers, [&](auto const& one) { return is_known_as(one, address); });
      out.push_back(
          {channel, std::move(address), who == approvers.end() ? std::string() : who->id});
    }
  }
  if (out.size() > kRecipientsMax)
    return refuse(spec, fmt::format("expected at most {} recipients", kRecipientsMax));
  return out;
}

auto fields(Spec const& spec) -> Read<std::vector<Field>> {
  if (spec.kind != Spec::Kind::kMap) return refuse(spec, "expected paths by label");
  std::vector<Field> out;
  for (auto const& [label, value] : spec.members) out.push_back({label, TRY(path(value))});
  if (out.size() > kFieldsMax)
    return refuse(spec, fmt::format("expected at most {} fields", kFieldsMax));
  return out;
}

auto escalation(Spec const& spec) -> Read<Escalation> {
  TRY(check_names(spec, {"at", "approvers", "channels"}));
  Escalation out;
  auto const* const at = spec.find("at");
  if (at == nullptr) return refuse(spec, fmt::format("expected '{}'", spec.spelled("at")));
  out.at = TRY(moment(*at));
  if (auto const* s = spec.find("approvers")) out.approvers = TRY(approvers(*s));
  if (auto const* s = spec.find("channels")) out.recipients = TRY(recipients(*s, out.approvers));
  if (out.approvers.empty() && out.recipients.empty())
    return refuse(spec, "expected approvers or channels");
  return out;
}

template <typename T>
auto one_of(Spec const& spec, std::initializer_list<std::pair<std::string_view, T>> words)
    -> Read<T> {
  std::string known;
  for (auto const& [word, value] : words) {
    if (spec.kind == Spec::Kind::kScalar && spec.text == word) return value;
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return refuse(spec, "expected one of: " + known);
}

auto read_choices(Spec const& spec, Rules& rules) -> Read<void> {
  if (auto const* s = spec.find("onTimeout"))
    rules.on_timeout = TRY(one_of<OnTimeout>(*s, {{"fail", OnTimeout::kFail},
                                                  {"approve", OnTimeout::kApprove},
                                                  {"reject", OnTimeout::kReject}}));
  if (auto const* s = spec.find("expiresAfter")) {
    rules.expires_after = TRY(duration(*s));
    if (rules.on_timeout == OnTimeout::kFail)
      return refuse(*s,
                    fmt::format("expected '{}' to say approve or reject; when a task fails, its "
                                "TimeoutSeconds say",
                                spec.spelled("onTimeout")));
  }
  if (auto const* s = spec.find("requesterMayDecide"))
    rules.requester_rule = TRY(one_of<RequesterRule>(
        *s, {{"true", RequesterRule::kMayDecide}, {"false", RequesterRule::kMayNotDecide}}));
  if (auto const* s = spec.find("rejectAs"))
    rules.rejection = TRY(
        one_of<Rejection>(*s, {{"failure", Rejection::kFailure}, {"output", Rejection::kOutput}}));
  return {};
}

auto read_quorum(Spec const& spec, Rules& rules) -> Read<void> {
  auto const* const s = spec.find("quorum");
  if (s == nullptr) return {};
  auto const n = s->kind == Spec::Kind::kScalar ? whole_number(s->text) : std::nullopt;
  if (!n || *n == 0 || *n > kApproversMax)
    return refuse(*s, fmt::format("expected a number from 1 to {}", kApproversMax));
  auto possible = rules.approvers.size();
  if (rules.escalation) possible += rules.escalation->approvers.size();
  if (!rules.approvers.empty() && *n > possible)
    return refuse(*s, fmt::format("{} approvals are asked of {} approvers", *n, possible));
  rules.quorum = static_cast<std::uint32_t>(*n);
  return {};
}

}  // namespace

auto rule_names() -> std::vector<std::string_view> {
  return {"title",      "fields",       "approvers", "channels",           "quorum",   "reminders",
          "escalation", "expiresAfter", "onTimeout", "requesterMayDecide", "rejectAs", "requester"};
}

auto read_rules(Spec const& spec, Rules start) -> Result<Rules, std::string> {
  auto rules = std::move(start);
  bool const has_paths = spec.names == Spec::Case::kCamel;  // Parameters hold what they mean
  if (auto const* s = spec.find("title")) rules.title = TRY(scalar(*s, "a title"));
  if (auto const* s = spec.find("fields"); s != nullptr && has_paths)
    rules.fields = TRY(fields(*s));
  if (auto const* s = spec.find("approvers")) rules.approvers = TRY(approvers(*s));
  if (auto const* s = spec.find("channels"))
    rules.recipients = TRY(recipients(*s, rules.approvers));
  if (auto const* s = spec.find("reminders")) {
    rules.reminders.clear();
    for (auto const& element : elements(*s)) rules.reminders.push_back(TRY(moment(element)));
    if (rules.reminders.size() > kRemindersMax)
      return refuse(*s, fmt::format("expected at most {} reminders", kRemindersMax));
  }
  if (auto const* s = spec.find("escalation")) rules.escalation = TRY(escalation(*s));
  if (auto const* s = spec.find("requester"); s != nullptr && has_paths)
    rules.requester_path = TRY(path(*s));
  TRY(read_quorum(spec, rules));
  TRY(read_choices(spec, rules));
  if (rules.requester_rule == RequesterRule::kMayNotDecide && has_paths &&
      rules.requester_path.empty())
    return refuse(spec, "expected a 'requester': a path that says who may not decide");
  return rules;
}

}  // namespace treadle::approvals
