#!/usr/bin/env python3
"""counts.py LOG: prints "PASSED FAILED" as a test program's output reports them.
counts.py --gtest FOLDER LOG: the same of GoogleTest's XML files in FOLDER and of ctest's LOG, in which
tests of other kinds count as one each.
"""
import re
import sys
from pathlib import Path
from xml.etree import ElementTree


def of_text(text):
    """The last "N passed, M failed"; else Python's unittest; else `node --test`."""
    found = re.findall(r"(\d+) passed, (\d+) failed", text)
    if found:
        return int(found[-1][0]), int(found[-1][1])
    found = re.findall(r"^Ran (\d+) tests? in", text, re.M)
    if found:
        failed = sum(int(n) for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", text))
        skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", text))
        return int(found[-1]) - failed - skipped, failed
    passed = re.findall(r"^\S+ pass (\d+)$", text, re.M)
    failed = re.findall(r"^\S+ (?:fail|cancelled) (\d+)$", text, re.M)
    if passed:
        return int(passed[-1]), sum(int(n) for n in failed)
    return 0, 0


def of_gtest(folder, log):
    passed = failed = 0
    files = sorted(Path(folder).glob("*.xml"))
    for file in files:
        root = ElementTree.parse(file).getroot()
        bad = int(root.get("failures", 0)) + int(root.get("errors", 0))
        failed += bad
        passed += int(root.get("tests", 0)) - bad - int(root.get("disabled", 0))
    # ctest: "1/9 Test #1: base ....   Passed    0.01 sec"
    named = {file.stem.removeprefix("test_") for file in files}
    for name, verdict in re.findall(r"Test +#\d+: (\S+) \.*(.*)$", log, re.M):
        if name in named:
            continue  # its cases are counted above
        if "Passed" in verdict:
            passed += 1
        else:
            failed += 1
    return passed, failed


def main(arguments):
    if arguments[0] == "--gtest":
        result = of_gtest(arguments[1], Path(arguments[2]).read_text(errors="replace"))
    else:
        result = of_text(Path(arguments[0]).read_text(errors="replace"))
    print(*result)


main(sys.argv[1:])
