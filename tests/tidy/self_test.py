#!/usr/bin/env python3
"""Proves that tidy.py finds each kind of violation, and nothing in a clean tree."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tidy

ARROWS = "# Architecture\n\n## Layers\n\n```\nbase\njson -> base\nstore -> json\n```\n"
CLEAN = '// What it promises.\n#pragma once\n\n#include "treadle/base/result.h"\n\nnamespace treadle {}\n'
MARK = "TO" + "DO"


def long_function(lines):
    return "void f() {\n" + "  g();\n" * lines + "}\n"


# name, path, content, what must be reported (None: nothing)
CASES = (
    ("clean", "src/treadle/json/a.h", CLEAN, None),
    ("upward", "src/treadle/base/a.cc", '#include "treadle/json/value.h"\n', "base must not include"),
    ("through_a_layer", "src/treadle/store/a.cc", '#include "treadle/base/result.h"\n', None),
    ("unknown_module", "src/treadle/helpers/a.cc", "", "not in docs/architecture.md"),
    ("short_include", "src/treadle/json/a.cc", '#include "value.h"\n', "full path"),
    ("no_pragma", "src/treadle/json/a.h", "// Comment.\n", "no #pragma once"),
    ("no_comment", "src/treadle/json/a.h", "#pragma once\n", "begins with a comment"),
    ("boost_in_header", "src/treadle/store/a.h", "// C.\n#pragma once\n#include <boost/asio.hpp>\n", "must not include Boost"),
    ("boost_in_source", "src/treadle/store/a.cc", "#include <boost/asio.hpp>\n", None),
    ("long_file", "src/treadle/json/a.cc", "int a;\n" * 501, "501 lines"),
    ("long_function", "src/treadle/json/a.cc", long_function(90), "a function of 92 lines"),
    ("long_table_in_a_function", "tests/json/a_test.cc", "auto cases() {\n  return {\n" + '    {"x", 1},\n' * 90 + "  };\n}\n", None),
    ("function_of_60_lines", "src/treadle/json/a.cc", long_function(60), None),
    ("long_struct", "src/treadle/json/a.cc", "struct S {\n" + "  int a(int);\n" * 90 + "};\n", None),
    ("long_table", "src/treadle/json/a.cc", "int const t[] = {\n" + "  1,\n" * 90 + "};\n", None),
    ("thread_below_runtime", "src/treadle/json/a.cc", "std::thread t;\n", "threads"),
    ("thread_above", "src/treadle/store/a.cc", "std::thread t;\n", None),
    ("clock", "src/treadle/base/a.cc", "auto t = std::chrono::system_clock::now();\n", "the clock"),
    ("chance", "src/treadle/base/a.cc", "int r = rand();\n", "chance"),
    ("environment", "src/treadle/base/a.cc", 'auto e = std::getenv("X");\n', "the environment"),
    ("file", "src/treadle/json/a.cc", "std::ifstream in;\n", "input and output"),
    ("locale", "src/treadle/json/a.cc", "double d = strtod(p, q);\n", "the locale"),
    ("unordered", "src/treadle/json/a.cc", "std::unordered_map<int, int> m;\n", "unordered containers"),
    ("named_in_comment", "src/treadle/json/a.cc", "// unlike std::unordered_map\n", None),
    ("named_in_literal", "src/treadle/json/a.cc", 'auto s = "getenv";\n', None),
    ("regex", "src/treadle/store/a.cc", "std::regex r;\n", "std::regex"),
    ("throw", "src/treadle/store/a.cc", "throw 1;\n", "no exceptions"),
    ("sleeping_test", "tests/json/a_test.cc", "std::this_thread::sl" "eep_for(1s);\n", "a test sleeps"),
    ("sleeping_python_test", "tests/cli/a_test.py", "time.sl" "eep(1)\n", "a test sleeps"),
    ("leftover", "docs/a.md", f"{MARK}: write\n", "leftover"),
    ("machine_path", "scripts/a", "cd /" + "home/me\n", "a path of one machine"),
    ("long_decision", "docs/decisions/0001-a.md", "text\n" * 61, "a decision has at most 60"),
)


class TidyTest(unittest.TestCase):
    def test_cases(self):
        for name, path, content, expected in CASES:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                for file, text in (("docs/architecture.md", ARROWS), (path, content)):
                    target = Path(folder, file)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text)
                found = tidy.Tree(folder).check()
                if expected is None:
                    self.assertEqual(found, [])
                else:
                    self.assertEqual(len(found), 1, found)
                    self.assertIn(expected, found[0])
                    self.assertTrue(found[0].startswith(path), found[0])

    def test_differences_are_listed(self):
        page, source = "docs/compatibility.md", "src/treadle/json/a.cc"
        row = f"# Compatibility\n\n## DIFFERS\n\n| numbers | `{source}` |\n"
        for name, listing, code, expected in (
            ("both", row, "// DIFFERS: numbers\n", None),
            ("not_listed", "# Compatibility\n\n## DIFFERS\n\n## Gaps\n", "// DIFFERS: numbers\n", f"{source}:1"),
            ("listed_elsewhere", row.replace("DIFFERS", "Gaps"), "// DIFFERS: numbers\n", f"{source}:1"),
            ("not_in_the_code", row, "int a;\n", f"{page}:5"),
        ):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                for file, text in (("docs/architecture.md", ARROWS), (page, listing), (source, code)):
                    target = Path(folder, file)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text)
                found = tidy.Tree(folder).check()
                self.assertEqual(len(found), 0 if expected is None else 1, found)
                self.assertTrue(not found or found[0].startswith(expected), found)

    def test_a_page_without_arrows_is_reported(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "docs").mkdir()
            Path(folder, "docs/architecture.md").write_text("# Architecture\n")
            self.assertIn("no block of arrows", tidy.Tree(folder).check()[0])


if __name__ == "__main__":
    unittest.main()
