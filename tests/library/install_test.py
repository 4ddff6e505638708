"""install_test.py BUILD: installs the library of a build to a folder of its own, and builds and runs there what somebody
else would: a CMake project that finds the package, in C++ and in C; with a shared library, Python too."""
import ctypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(sys.argv.pop()) if len(sys.argv) > 1 else ROOT / "build/release"


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, check=False, cwd=cwd)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class InstalledTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="treadle-install-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prefix = Path(cls.folder.name, "prefix")
        run("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", "sdk")
        cls.outside = Path(cls.folder.name, "outside")
        shutil.copytree(HERE / "outside", cls.outside)
        run("cmake", "-S", cls.outside, "-B", cls.outside / "build", f"-DCMAKE_PREFIX_PATH={cls.prefix}",
            "-DCMAKE_BUILD_TYPE=Release")
        run("cmake", "--build", cls.outside / "build")

    def test_a_program_in_cpp(self):
        self.assertEqual(run(self.outside / "build/orders").splitlines(), ['{"total":50}', '{"total":0}'])

    def test_a_program_in_c(self):
        lines = run(self.outside / "build/from_c").splitlines()
        self.assertIn("refused: ", lines[0])
        self.assertEqual(lines[1:3], ['0 {"a":1}  ', "1  AsAsked because"])
        self.assertIn("not JSON", lines[3])
        self.assertEqual(lines[4:], ["2 calls"])

    def test_headers_name_nothing_but_the_standard_library(self):
        headers = sorted(self.prefix.glob("include/**/*.h"))
        self.assertEqual([h.name for h in headers], ["c.h", "engine.h", "json.h", "task.h", "typed.h"])
        for header in headers:
            for included in re.findall(r"#include <(.*)>", header.read_text()):
                self.assertRegex(included, r"^(treadle/\w+\.h|[a-z_]+|stddef\.h)$", header.name)

    def test_the_readme_shows_this_program(self):
        shown = re.search(r"```cpp\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
        program = (HERE / "outside/orders.cc").read_text().split("\n", 1)[1]
        self.assertEqual(shown.group(1), program)

    def test_python_through_the_shared_library(self):
        shared = next(iter(self.prefix.glob("lib*/**/libtreadle.so")), None)
        if shared is None:
            self.skipTest("the build has no shared library (TREADLE_SHARED)")
        library = ctypes.CDLL(os.fspath(shared))
        text, size, pointer = ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p

        class Text(ctypes.Structure):
            _fields_ = [("data", pointer), ("size", size)]

        library.treadle_engine_free.argtypes = library.treadle_end_free.argtypes = [pointer]
        library.treadle_end_output.argtypes, library.treadle_end_output.restype = [pointer], Text

        def refused(name, *arguments):
            function = getattr(library, name)
            function.restype = text
            return function(*arguments)

        engine, end = pointer(), pointer()
        self.assertIsNone(refused("treadle_engine_new", None, size(1), ctypes.byref(engine)))
        definition = b'{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"n.$":"$.m"},"End":true}}}'
        self.assertIn(b"No machine", refused("treadle_engine_run", engine, b"m", size(1), b"{}", size(2), ctypes.byref(end)))
        self.assertIsNone(refused("treadle_engine_define", engine, b"m", size(1), definition, size(len(definition)), 0))
        self.assertIsNone(refused("treadle_engine_run", engine, b"m", size(1), b'{"m":7}', size(7), ctypes.byref(end)))
        output = library.treadle_end_output(end)
        self.assertEqual(ctypes.string_at(output.data, output.size), b'{"n":7}')
        library.treadle_end_free(end)
        library.treadle_engine_free(engine)


if __name__ == "__main__":
    unittest.main()
