// Paths and what makes them JSONata's: sequences, predicates, sorting, grouping, bindings, parents.
#include "tests/expr/jsonata/evaluated.h"

namespace treadle::expr::jsonata {
namespace {

constexpr std::string_view kShop = R"({
  "shop": "Loom",
  "boxes": [
    {"id": "b1", "parcels": [{"sku": "s1", "price": 4, "tags": ["red"]},
                             {"sku": "s2", "price": 9, "tags": ["red", "blue"]}]},
    {"id": "b2", "parcels": [{"sku": "s3", "price": 1, "tags": []}]},
    {"id": "b3", "parcels": []}
  ],
  "stock": [{"sku": "s1", "left": 3}, {"sku": "s3", "left": 0}],
  "empty": {}, "one": [7], "nested": [[1, 2], [3]], "10": "ten", "2": "two"
})";

class Path : public testing::TestWithParam<Case> {};

TEST_P(Path, Gives) {
  EXPECT_EQ(evaluated(GetParam().expression, {.data = kShop}), GetParam().result);
}

constexpr Case kSteps[] = {
    {"member", "shop", R"("Loom")"},
    {"missing", "shop.nothing", "undefined"},
    {"of_a_string", "shop.length", "undefined"},
    {"maps_over_an_array", "boxes.id", R"(["b1","b2","b3"])"},
    {"flattens", "boxes.parcels.sku", R"(["s1","s2","s3"])"},
    {"one_is_not_an_array", "boxes[1].parcels.sku", R"("s3")"},
    {"an_array_of_the_input_stays", "one", "[7]"},
    {"one_of_a_sequence_does_not", "$.one[0]", "7"},
    {"kept_by_brackets", "boxes[1].parcels.sku[]", R"(["s3"])"},
    {"kept_from_anywhere_in_the_path", "boxes[1].parcels[].sku", R"(["s3"])"},
    {"an_empty_array_of_the_input_stays", "boxes[1].parcels.tags", "[]"},
    {"none_is_undefined", "boxes[2].parcels.sku", "undefined"},
    {"nested_arrays_flatten_by_one", "nested.$", "[1,2,3]"},
    {"constructor_is_not_flattened", "boxes[0].parcels.[sku, price]", R"([["s1",4],["s2",9]])"},
    {"object_for_each", R"(boxes.{"n": $count(parcels)})", R"([{"n":2},{"n":1},{"n":0}])"},
    {"quoted_name", "`shop`", R"("Loom")"},
    {"string_as_a_step", R"($."shop")", R"("Loom")"},
    {"keyword_as_a_name", R"({"in": 1}.in)", "1"},
    {"wildcard", "stock[0].*", R"(["s1",3])"},
    {"wildcard_of_nothing", "empty.*", "undefined"},
    {"integer_keys_come_first", "$keys($)[[0, 1]]", R"(["2","10"])"},
    {"descendants", "**.left", "[3,0]"},
    {"context", "one.$", "7"},
    {"root", "boxes[0].$$.shop", R"("Loom")"},
};
INSTANTIATE_TEST_SUITE_P(Steps, Path, testing::ValuesIn(kSteps), name_of_row);

constexpr Case kFilters[] = {
    {"index", "boxes[1].id", R"("b2")"},
    {"of_each_step", "boxes.parcels[0].sku", R"(["s1","s3"])"},
    {"of_all", "(boxes.parcels)[1].sku", R"("s2")"},
    {"from_the_end", "boxes[-1].id", R"("b3")"},
    {"rounds_down", "boxes[1.9].id", R"("b2")"},
    {"beyond", "boxes[7]", "undefined"},
    {"several_indexes", "boxes[[2, 0]].id", R"(["b1","b3"])"},
    {"a_range", "boxes[[0..1]].id", R"(["b1","b2"])"},
    {"condition", "boxes.parcels[price > 3].sku", R"(["s1","s2"])"},
    {"condition_on_existence", "boxes[parcels].id", R"(["b1","b2"])"},
    {"both", "boxes.parcels[price > 3][1].sku", R"("s2")"},
    {"of_a_single_value", "shop[0]", R"("Loom")"},
    {"of_a_single_value_beyond", "shop[1]", "undefined"},
    {"in", R"(boxes.parcels["blue" in tags].sku)", R"("s2")"},
    {"a_call_as_the_index", "boxes[$count(parcels) = 0].id", R"("b3")"},
};
INSTANTIATE_TEST_SUITE_P(Filters, Path, testing::ValuesIn(kFilters), name_of_row);

constexpr Case kShapes[] = {
    {"sorts", "boxes.parcels^(price).sku", R"(["s3","s1","s2"])"},
    {"sorts_down", "boxes.parcels^(>price).sku", R"(["s2","s1","s3"])"},
    {"sorts_by_the_next_term", "boxes.parcels^($count(tags) > 0 ? 1 : 0, >price).sku",
     R"(["s3","s2","s1"])"},
    {"sort_is_stable", "boxes^($count(parcels) > 9 ? 1 : 0).id", R"(["b1","b2","b3"])"},
    {"sorts_undefined_last", "boxes^(parcels[1].price).id", R"(["b1","b2","b3"])"},
    {"sort_of_types", "[1, \"a\"]^($)", "T2007"},
    {"sort_of_objects", "boxes^(parcels)", "T2008"},
    {"groups", "boxes.parcels{sku: price}", R"({"s1":4,"s2":9,"s3":1})"},
    {"groups_gather", R"(boxes.parcels{$string(price > 3): sku})",
     R"({"true":["s1","s2"],"false":"s3"})"},
    {"groups_aggregate", R"(boxes.parcels{"sum": $sum(price)})", R"({"sum":14})"},
    {"group_key_is_no_string", "boxes.parcels{price: sku}", "T1003"},
    {"group_key_twice", R"(boxes.parcels{"a": 1, "a": 2})", "D1009"},
    {"undefined_members_are_left_out", R"({"a": nothing, "b": 1})", R"({"b":1})"},
    {"keys_in_the_order_of_javascript", R"({"b": 1, "10": 2, "9": 3, "a": 4})",
     R"({"9":3,"10":2,"b":1,"a":4})"},
};
INSTANTIATE_TEST_SUITE_P(Shapes, Path, testing::ValuesIn(kShapes), name_of_row);

constexpr Case kBindings[] = {
    {"index", "boxes#$i.{\"at\": $i, \"id\": id}",
     R"([{"at":0,"id":"b1"},{"at":1,"id":"b2"},{"at":2,"id":"b3"}])"},
    {"index_of_the_sequence", "boxes.parcels#$i.(sku & $i)", R"(["s10","s21","s30"])"},
    {"index_after_a_filter", "boxes.parcels[price < 9]#$i.(sku & $i)", R"(["s10","s31"])"},
    {"index_in_a_predicate", "boxes.parcels#$i[$i = 1].sku", R"("s2")"},
    {"index_after_a_sort", "boxes.parcels^(price)#$i[$i = 0].sku", R"("s3")"},
    {"joins", "boxes.parcels@$p.$$.stock[sku = $p.sku].($p.sku & left)", R"(["s13","s30"])"},
    {"joins_and_groups", "boxes@$b.$b.parcels@$p{$b.id: $sum($p.price)}", R"({"b1":13,"b2":1})"},
    {"parent", "boxes.parcels.{\"box\": %.id, \"sku\": sku}",
     R"([{"box":"b1","sku":"s1"},{"box":"b1","sku":"s2"},{"box":"b2","sku":"s3"}])"},
    {"grandparent", "boxes.parcels.tags.(%.%.id & $)", R"(["b1red","b1red","b1blue"])"},
    {"parent_in_a_predicate", R"(boxes.parcels[%.id = "b2"].sku)", R"("s3")"},
    {"parent_behind_a_block", R"((boxes.parcels)[%.id = "b1"].sku)", R"(["s1","s2"])"},
    {"parent_in_a_sort", "boxes.parcels^(>%.id, sku).sku", R"(["s3","s1","s2"])"},
    {"parent_beyond_the_root", "%.shop", "S0217"},
};
INSTANTIATE_TEST_SUITE_P(Bindings, Path, testing::ValuesIn(kBindings), name_of_row);

constexpr Case kTransforms[] = {
    {"sets", R"((stock[0] ~> |$|{"left": left + 1}|))", R"({"sku":"s1","left":4})"},
    {"deletes", R"((stock[0] ~> |$|{}, "left"|))", R"({"sku":"s1"})"},
    {"deletes_several", R"((stock[0] ~> |$|{}, ["left", "sku", "other"]|))", "{}"},
    {"deep", R"($count(($ ~> |boxes.parcels|{"new": true}|).boxes.parcels[new]))", "3"},
    {"leaves_the_input", R"(($x := $ ~> |stock|{"left": 9}|; stock.left))", "[3,0]"},
    {"never_contains_itself", R"(({"a": 1} ~> |$|{"self": $}|))", R"({"a":1,"self":{"a":1}})"},
    {"of_nothing", "(nothing ~> |$|{}|)", "undefined"},
    {"update_is_no_object", "(stock ~> |$|7|)", "T2011"},
    {"deletion_is_no_string", "(stock ~> |$|{}, 7|)", "T2012"},
    {"clone_is_no_function", "($clone := 1; stock ~> |$|{}|)", "T2013"},
};
INSTANTIATE_TEST_SUITE_P(Transforms, Path, testing::ValuesIn(kTransforms), name_of_row);

TEST(Root, AnArrayIsOneItem) {
  EXPECT_EQ(evaluated("$count($)", {.data = "[1,2,3]"}), "3");
  EXPECT_EQ(evaluated("$[1]", {.data = "[1,2,3]"}), "2");
  EXPECT_EQ(evaluated("$$", {.data = "[5]"}), "[5]");
  EXPECT_EQ(evaluated("a", {.data = R"([{"a":1},{"a":[2,3]}])"}), "[1,2,3]");
}

TEST(Root, NumbersKeepTheirTextUntilTheyAreComputedWith) {
  EXPECT_EQ(evaluated("$", {.data = "[1.0,12345678901234567890]"}), "[1.0,12345678901234567890]");
  EXPECT_EQ(evaluated("$[0] + 0", {.data = "[1.0]"}), "1");
}

}  // namespace
}  // namespace treadle::expr::jsonata
