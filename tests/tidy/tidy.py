#!/usr/bin/env python3
"""tidy.py [ROOT]: checks what a compiler doesn't: layers, lengths, banned calls, leftovers.

The allowed arrows between modules are read from docs/architecture.md (the block after "Layers"), so that
page and code can't differ. Prints FILE:LINE: MESSAGE for each violation; exit 0 when there is none.
"""
import re
import sys
from pathlib import Path

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 80
DECISION_LINES_MAX = 60
PURE = ("base", "json", "expr", "asl", "record", "interpreter")  # no I/O, threads, clock, chance, locale
CODE = ("src", "tests", "fuzz", "bench", "examples", "scripts", "cmake", ".ci")
TEXT_SUFFIXES = {".h", ".cc", ".py", ".sh", ".js", ".mjs", ".md", ".txt", ".cmake", ".tf", ".yaml", ".json", ""}
SOURCE_SUFFIXES = {".h", ".cc", ".py", ".sh", ".js", ".mjs", ""}

BANNED_IN_PURE = (
    (r"std::(jthread|thread|async|mutex|shared_mutex|recursive_mutex|condition_variable\w*)\b", "threads"),
    (r"chrono::(system|steady|high_resolution|file)_clock|\b(gettimeofday|clock_gettime|localtime\w*|mktime)\b|\btime\((nullptr|NULL|0)\)",
     "the clock"),
    (r"\b(rand|srand|drand48|random|arc4random\w*)\(|std::(random_device|mt19937\w*|default_random_engine)|RAND_bytes",
     "chance"),
    (r"\bgetenv\b", "the environment"),
    (r"\bfopen\b|std::[io]?fstream|std::filesystem|std::(cout|cerr|clog|cin)\b|\b(printf|puts)\(", "input and output"),
    (r"std::locale|\bsetlocale\b|\bimbue\(|\bstrto(d|f|ld)\b|std::sto(d|f|ld)\b", "the locale"),
    (r"std::unordered_(multi)?(map|set)\b", "unordered containers"),
)
BANNED_IN_SOURCES = (
    (r"std::regex|<regex>", "std::regex overflows the stack on long input"),
    (r"\bthrow\b(?!\()", "no exceptions of our own"),
    (r"\busing namespace std;", "using namespace std"),
    (r"\bstrcpy\b|\bsprintf\(|\bgets\(", "an unbounded C string function"),
)
BANNED_IN_TESTS = (
    (r"\bsleep_(for|until)\b|\b(u|nano)?sleep\(|setTimeout\(", "a test sleeps; use a fake clock or wait for the event itself"),
)
# Words and paths that must not stay anywhere. Put together from halves, so that this file is clean too.
LEFTOVERS = (
    (r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX")) + r")\b", "leftover"),
    (r"(?<![\w.\-/}$])/(" + "|".join(("ho" "me", "ro" "ot", "wo" "rk", "Use" "rs")) + r")/", "a path of one machine"),
)
# Where a rule's own implementation lives: (path, the reason of the rule it may break).
EXCEPTIONS = {
    ("src/treadle/base/assert.cc", "input and output"),
    ("src/treadle/base/system_clock.cc", "the clock"),
}
TABLE_ROW = re.compile(r'\s*(\{|\.\w+ = )?""')  # a line that begins with a literal
HEAVY = re.compile(r'#include [<"](boost|rocksdb|asio)[/.]')


class Tree:
    """The project's text files and the violations found in them."""

    def __init__(self, root):
        self.root = Path(root)
        self.violations = []
        self.arrows = self.read_arrows()

    def report(self, path, line, message):
        self.violations.append(f"{path.relative_to(self.root)}:{line}: {message}")

    def read_arrows(self):
        """{module: modules that it may include}, closed downwards, from docs/architecture.md."""
        page = self.root / "docs/architecture.md"
        block = re.search(r"^## Layers.*?^```\n(.*?)^```", page.read_text(), re.M | re.S)
        if not block:
            self.report(page, 1, 'no block of arrows after "## Layers"')
            return {}
        direct = {}
        for line in block.group(1).splitlines():
            left, _, right = line.partition("->")
            for module in left.split():
                direct[module.strip(",")] = [name.strip(",") for name in right.split("(")[0].split()]
        closed = {}
        def close(module):
            if module not in closed:
                closed[module] = set()
                for below in direct.get(module, ()):
                    closed[module] |= {below} | close(below)
            return closed[module]
        for module in direct:
            close(module)
        return closed

    def files(self):
        for folder in (*CODE, "docs"):
            for path in sorted((self.root / folder).rglob("*")):
                skipped = {"node_modules", "__pycache__", "corpus"} & set(path.parts)
                if path.is_file() and not skipped and path.suffix in TEXT_SUFFIXES:
                    yield path
        yield from (p for p in sorted(self.root.glob("*")) if p.is_file() and p.name != ".git" and p.suffix in {".md", ".txt", ""})

    def check(self):
        for path in self.files():
            text = path.read_text(errors="replace")
            where = path.relative_to(self.root)
            self.check_text(path, where, text)
            if path.suffix in {".h", ".cc"}:
                self.check_cpp(path, where, text)
        self.check_differences()
        return self.violations

    def check_differences(self):
        """Each file that departs from AWS stands in the table of docs/compatibility.md, and no other does."""
        page = self.root / "docs/compatibility.md"
        section = re.search(r"^## DIFFERS$.*?(?=^## |\Z)", page.read_text(), re.M | re.S) if page.exists() else None
        listed = set(re.findall(r"`(src/[^`]+\.(?:cc|h))`", section.group(0))) if section else set()
        marked = {}
        for path in self.files():
            where = path.relative_to(self.root).as_posix()
            if where.startswith("src/") and path.suffix in {".h", ".cc"}:
                found = re.search(r"\bDIFFERS\b", path.read_text(errors="replace"))
                if found:
                    marked[where] = path.read_text(errors="replace").count("\n", 0, found.start()) + 1
        for where in sorted(marked.keys() - listed):
            self.report(self.root / where, marked[where], "DIFFERS: the file is not listed in docs/compatibility.md")
        for where in sorted(listed - marked.keys()):
            line = page.read_text().count("\n", 0, page.read_text().index(f"`{where}`")) + 1
            self.report(page, line, f"{where} has no DIFFERS")

    def check_text(self, path, where, text):
        lines = text.count("\n")
        if path.suffix in SOURCE_SUFFIXES and path.name != "LICENSE" and lines > FILE_LINES_MAX:
            self.report(path, 1, f"{lines} lines; at most {FILE_LINES_MAX}")
        if where.parts[:2] == ("docs", "decisions") and lines > DECISION_LINES_MAX:
            self.report(path, 1, f"{lines} lines; a decision has at most {DECISION_LINES_MAX}")
        if path.name != "LICENSE" and path.suffix != ".json":
            self.search(path, where, text, LEFTOVERS)
        if where.parts[0] == "tests" and path.suffix in {".h", ".cc", ".py", ".mjs", ".js"}:
            self.search(path, where, strip(text) if path.suffix in {".h", ".cc"} else text, BANNED_IN_TESTS)

    def check_cpp(self, path, where, text):
        code = strip(text)
        if path.suffix == ".h":
            self.check_header(path, where, text)
        self.check_functions(path, code)
        self.search(path, where, code, BANNED_IN_SOURCES)
        module = where.parts[2] if where.parts[:2] == ("src", "treadle") and len(where.parts) > 3 else None
        if module in PURE:
            self.search(path, where, code, BANNED_IN_PURE)
        self.check_includes(path, module, text)

    def check_header(self, path, where, text):
        if not text.startswith("//"):
            self.report(path, 1, "a header begins with a comment that says what it promises")
        if not re.search(r"^#pragma once$", text, re.M):
            self.report(path, 1, "no #pragma once")
        if where.parts[0] == "src":
            for number, line in enumerate(text.splitlines(), 1):
                if HEAVY.match(line):
                    self.report(path, number, "a header must not include Boost, Asio or RocksDB")

    def check_includes(self, path, module, text):
        if module is not None and module not in self.arrows:
            self.report(path, 1, f"module '{module}' is not in docs/architecture.md, Layers")
            return
        for number, line in enumerate(text.splitlines(), 1):
            found = re.match(r'\s*#include "([^"]+)"', line)
            if not found:
                continue
            target = found.group(1).split("/")
            if target[0] not in ("treadle", "apps", "tests", "fuzz", "bench"):
                self.report(path, number, f'include "{found.group(1)}" by its full path')
            elif module and (target[0] != "treadle" or target[1] != module and target[1] not in self.arrows[module]):
                self.report(path, number, f"{module} must not include {found.group(1)} (docs/architecture.md, Layers)")

    def check_functions(self, path, code):
        lines = code.splitlines()
        for begin, end in functions(code):
            # the rows of a table are data: they may be as many as there are cases
            length = sum(not TABLE_ROW.match(line) for line in lines[begin - 1:end])
            if length > FUNCTION_LINES_MAX:
                self.report(path, begin, f"a function of {length} lines; at most {FUNCTION_LINES_MAX}")

    def search(self, path, where, text, rules):
        for pattern, reason in rules:
            if (where.as_posix(), reason) in EXCEPTIONS:
                continue
            for found in re.finditer(pattern, text):
                line = text.count("\n", 0, found.start()) + 1
                self.report(path, line, f"{found.group(0).strip()}: {reason}")


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)


def strip(text):
    """C++ without comments and the insides of literals; line numbers stay."""
    def blank(found):
        token = found.group(0)
        if token.startswith('"') and text[:found.start()].rstrip(" ").endswith("#include"):
            return token
        return '""' + "\n" * token.count("\n") if token[0] in "\"'R" else "\n" * token.count("\n")
    return TOKEN.sub(blank, text)


def functions(code):
    """(first line, last line) of each function body, roughly: blocks with parameters outside of functions."""
    found, stack, line, head = [], [], 1, ""
    for char in code:
        if char == "\n":
            line += 1
        if char == "{":
            inside = any(kind == "function" for kind, _ in stack)
            words = head.split("#")[0] if head.lstrip().startswith("#") else head
            is_function = not inside and "(" in words and not re.search(r"\b(namespace|enum)\b", words)
            is_type = not inside and re.search(r"\b(struct|class|union)\b[^()]*$", words)
            stack.append(("function" if is_function and not is_type else "block", line))
            head = ""
        elif char == "}":
            if stack:
                kind, begin = stack.pop()
                if kind == "function":
                    found.append((begin, line))
            head = ""
        elif char == ";":
            head = ""
        else:
            head += char
    return found


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    violations = Tree(root).check()
    print("\n".join(violations) if violations else "tidy: clean")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
