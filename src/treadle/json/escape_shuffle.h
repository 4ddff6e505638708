// Escapes put in and taken out in blocks of 16 bytes, by byte shuffles; private to the module.
//
// JSON as a string has an escape every few bytes, so that runs between them are short. On machines
// without the instructions (SSSE3, POPCNT) the functions do nothing, and their callers do all.
#pragma once

namespace treadle::json {

// Writes the bytes of [at, end) escaped to `out`, block by block, and moves both, up to a block with
// something else than '"', '\', the control characters with a short escape and bytes that stand for
// themselves, or up to the last 23 bytes. There must be room for all of it.
void escape_blocks(char*& out, char const*& at, char const* end);

// Writes the bytes of [at, quote), which is inside a string, to `out` with the escapes \" \\ \n undone,
// and moves both, up to a block with something else than these and ASCII, or up to the last 15 bytes.
// There must be room for quote - at bytes.
void unescape_blocks(char*& out, char const*& at, char const* quote);

}  // namespace treadle::json
