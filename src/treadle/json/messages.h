// Why a text is not JSON; private to the module.
#pragma once

namespace treadle::json::messages {

inline constexpr char kValue[] = "expected a value";
inline constexpr char kEnd[] = "expected a value but the text ends";
inline constexpr char kRest[] = "expected the end of the text after the value";
inline constexpr char kKey[] = "expected a member name in double quotes";
inline constexpr char kColon[] = "expected ':' after a member name";
inline constexpr char kElement[] = "expected ',' or ']' after an element";
inline constexpr char kMember[] = "expected ',' or '}' after a member";
inline constexpr char kOpenString[] = "a string is not closed";
inline constexpr char kControl[] = "a control character in a string must be escaped";
inline constexpr char kUtf8[] = "the text is not UTF-8";
inline constexpr char kEscape[] = "no such escape";
inline constexpr char kUnicodeEscape[] = "\\u needs four hexadecimal digits";
inline constexpr char kDigit[] = "expected a digit";
inline constexpr char kLeadingZero[] = "a number must not begin with 0 and a digit";
inline constexpr char kLongNumber[] = "a number has too many characters";
inline constexpr char kGreatNumber[] = "a number is beyond the range of a double";
inline constexpr char kDepth[] = "arrays and objects are nested too deeply";
inline constexpr char kDuplicate[] = "a member name occurs twice in one object";
inline constexpr char kLongText[] = "the text is longer than 4 GiB";

}  // namespace treadle::json::messages
