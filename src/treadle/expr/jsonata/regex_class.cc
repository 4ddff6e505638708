#include "treadle/expr/jsonata/regex_class.h"

#include <optional>

namespace treadle::expr::jsonata {

namespace {

// One unit, or a set (which makes no range).
struct Member {
  UnitSet set;
  bool is_unit = false;
};

auto take_member(UnitScan& scan) -> Result<Member, std::string> {
  auto unit = scan.take();
  if (unit == u'\\') {
    if (scan.at_end()) return std::unexpected("\\ at end of pattern");
    if (auto set = scan.take_set()) return Member{std::move(*set), false};
    unit = scan.take_escaped(Place::kInClass);
  }
  return Member{{{unit, unit}}, true};
}

void add(ClassContents& contents, Member const& member) {
  contents.set.insert(contents.set.end(), member.set.begin(), member.set.end());
  if (member.is_unit && member.set.front().last >= 0x80) contents.names_foreign = true;
}

}  // namespace

auto take_class(UnitScan& scan) -> Result<ClassContents, std::string> {
  ClassContents contents;
  contents.is_negated = scan.skip(u"^");
  while (!scan.skip(u"]")) {
    if (scan.at_end()) return std::unexpected("Unterminated character class");
    auto const from = TRY(take_member(scan));
    auto const dash =
        scan.rest().starts_with(u"-") && !scan.rest().starts_with(u"-]") && scan.rest().size() > 1;
    if (!dash) {
      add(contents, from);
      continue;
    }
    scan.take();
    auto const to = TRY(take_member(scan));
    if (from.is_unit && to.is_unit) {
      auto const range = UnitRange{from.set.front().first, to.set.front().last};
      if (range.first > range.last) return std::unexpected("Range out of order in character class");
      add(contents, {{range}, true});
    } else {
      add(contents, from);
      add(contents, {{{u'-', u'-'}}, true});
      add(contents, to);
    }
  }
  return contents;
}

}  // namespace treadle::expr::jsonata
