// What holds for every document, tried on random ones. TREADLE_SEED repeats a failure.
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/json/random_document.h"
#include "treadle/base/utf8.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::json {

auto RandomDocuments::text() -> std::string {
  static constexpr char32_t kCodePoints[] = {
      'a',  'Z',  '0',  ' ',   '/',   '"',    '\\',   '\n',   '\t',   0,       0x1F,
      0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x20AC, 0xD7FF, 0xE000, 0xFFFF, 0x1F600, 0x10FFFF};
  std::string text;
  auto const length = below(3) == 0 ? below(40) : below(6);
  for (std::uint64_t i = 0; i < length; ++i)
    utf8::append(text, kCodePoints[below(std::size(kCodePoints))]);
  if (below(10) == 0) utf8::append(text, below(2) == 0 ? 0xDC00 : 0xDFFF);
  if (below(10) == 0) utf8::append(text, below(2) == 0 ? 0xD800 : 0xDBFF);
  return text;
}

auto RandomDocuments::number() -> Value {
  switch (below(4)) {
    case 0: return make_number(arena_, static_cast<std::int64_t>(random_()));
    case 1: return make_number(arena_, static_cast<std::int64_t>(below(100)));
    case 2: return Value::number_text(arena_.copy(std::to_string(below(50)) + ".00e+0"));
    default: {
      auto const any = std::bit_cast<double>(random_());
      return make_number(arena_, std::isfinite(any) ? any : -0.0);
    }
  }
}

auto RandomDocuments::array(int levels) -> Value {
  std::vector<Value> elements(below(6));
  for (auto& element : elements) element = value(levels - 1);
  return make_array(arena_, elements);
}

auto RandomDocuments::object(int levels) -> Value {
  auto made = make_object(arena_, {});
  auto const size = below(10) == 0 ? below(60) : below(6);
  for (std::uint64_t i = 0; i < size; ++i)
    made = with_member(arena_, made, text(), value(levels - 1));
  return made;
}

auto RandomDocuments::value(int levels) -> Value {
  switch (below(levels > 0 ? 8 : 4)) {
    case 0: return {};
    case 1: return Value::boolean(below(2) == 0);
    case 2: return number();
    case 3: return make_string(arena_, text());
    case 4:
    case 5: return array(levels);
    default: return object(levels);
  }
}

namespace {

auto seed() -> std::uint64_t {
  static std::uint64_t const value = [] {
    char const* const given = std::getenv("TREADLE_SEED");
    auto const chosen =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("TREADLE_SEED=%llu\n", chosen);
    return chosen;
  }();
  return value;
}

// Runs `property` on many documents, each by its own seed.
template <typename Property>
void for_random_documents(Property property) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    SCOPED_TRACE("TREADLE_SEED=" + std::to_string(seed() + i));
    Arena arena;
    RandomDocuments documents(arena, seed() + i);
    property(documents, documents.value(5), arena);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Property, PrintedSizeIsTheSizePrinted) {
  for_random_documents([](RandomDocuments&, Value value, Arena&) {
    ASSERT_EQ(print(value).size(), value.printed_size()) << print(value);
  });
}

TEST(Property, ParsingWhatWasPrintedGivesAnEqualValueThatPrintsTheSame) {
  for_random_documents([](RandomDocuments&, Value value, Arena& arena) {
    auto const text = print(value);
    auto const parsed = parse(arena, text);
    ASSERT_TRUE(parsed) << parsed.error().to_string() << "\n" << text;
    ASSERT_TRUE(equal(*parsed, value)) << text;
    ASSERT_EQ(print(*parsed), text);
    ASSERT_EQ(parsed->printed_size(), text.size());
    ASSERT_EQ(parsed->depth(), value.depth());
  });
}

TEST(Property, PrettyTextIsTheSameDocument) {
  for_random_documents([](RandomDocuments&, Value value, Arena& arena) {
    auto const text = print_pretty(value);
    auto const parsed = parse(arena, text);
    ASSERT_TRUE(parsed) << parsed.error().to_string() << "\n" << text;
    ASSERT_EQ(print(*parsed), print(value));
  });
}

TEST(Property, ACloneEqualsAndOutlivesTheOriginal) {
  for_random_documents([](RandomDocuments&, Value value, Arena&) {
    Arena arena;
    Value copy;
    std::string text;
    {
      Arena shorter;
      text = print_pretty(value);
      auto const parsed = parse(shorter, text, {.keep_source = text.size() % 2 == 0});
      ASSERT_TRUE(parsed);
      copy = clone(arena, *parsed);
      ASSERT_TRUE(equal(copy, value));
      ASSERT_EQ(print(copy), print(*parsed));
      text.assign(text.size(), '#');
    }
    ASSERT_EQ(print(copy.without_source(arena)), print(value));
  });
}

// Follows a random path and sets what is there.
auto set_somewhere(RandomDocuments& documents, Arena& arena, Value document, Value value) -> Value {
  if (document.is_array() && document.size() != 0) {
    auto const i = documents.below(document.size());
    return with_element(arena, document, i,
                        set_somewhere(documents, arena, document.elements()[i], value));
  }
  if (!document.is_object()) return value;
  if (document.size() == 0 || documents.below(3) == 0)
    return with_member(arena, document, documents.text(), value);
  auto const& member = document.members()[documents.below(document.size())];
  return with_member(arena, document, member.key,
                     set_somewhere(documents, arena, member.value, value));
}

TEST(Property, ChangedCopiesKnowTheirSizeAndDepth) {
  for_random_documents([](RandomDocuments& documents, Value value, Arena& arena) {
    auto const before = print(value);
    auto changed = value;
    for (int i = 0; i < 10; ++i) {
      changed = set_somewhere(documents, arena, changed, documents.value(2));
      auto const text = print(changed);
      auto const parsed = parse(arena, arena.copy(text));
      ASSERT_TRUE(parsed) << text;
      ASSERT_EQ(changed.printed_size(), text.size()) << text;
      ASSERT_EQ(changed.depth(), parsed->depth()) << text;
      ASSERT_TRUE(equal(changed, *parsed)) << text;
    }
    ASSERT_EQ(print(value), before);
  });
}

}  // namespace
}  // namespace treadle::json
