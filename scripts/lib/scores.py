#!/usr/bin/env python3
"""scores.py [--write] LOGS SUITE...: the logs that scripts/conformance leaves, as a table of Markdown on
standard output; --write puts it into docs/compatibility.md too, between the lines that mark its place.
"""
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/compatibility.md"
MARKS = ("<!-- scores: scripts/conformance --write -->\n", "<!-- end of scores -->\n")
STAGES = ("foundation", "language", "express", "integrations", "maps")


def totals(log):
    """The last "N passed, M failed" of a log."""
    passed, failed = re.findall(r"^(\d+) passed, (\d+) failed$", log.read_text(), re.M)[-1]
    return int(passed), int(failed)


def cases(listing):
    """{case: whether it can be played} from a listing, "AREA/CASE  (services that it needs)"."""
    found = {}
    for line in listing.read_text().splitlines():
        case, _, needs = line.partition("  ")
        found[case] = set(needs.strip("()").replace(",", " ").split()) <= {"lambda", "logs"}
    return found


def asl_rows(logs):
    """Rows by stage, then by area; what is not played counts as neither passed nor failed."""
    bad = set(re.findall(r"^FAIL (\S+)", (logs / "asl.log").read_text(), re.M))

    def row(name, found):
        played = {case for case, can_be_played in found.items() if can_be_played}
        return name, len(played - bad), len(played & bad), len(found) - len(played)

    listed = cases(logs / "asl.list")
    yield row("asl, all", listed)
    for stage in STAGES:
        yield row(f"asl, stage {stage}", cases(logs / f"asl.list.{stage}"))
    for area in sorted({case.split("/")[0] for case in listed}):
        yield row(f"asl/{area}", {case: played for case, played in listed.items() if case.split("/")[0] == area})


def rows(logs, suites):
    for suite in suites:
        if suite == "asl":
            yield from asl_rows(logs)
            continue
        yield suite, *totals(logs / f"{suite}.log"), 0
        for log in sorted(logs.glob(f"{suite}-*.log")):
            yield f"{suite}, {log.stem.removeprefix(suite + '-')} alone", *totals(log), 0


def percent(passed, failed):
    """Rounded down, so that 100 means all of them."""
    return f"{passed * 1000 // (passed + failed) / 10:.1f}" if passed + failed else "-"


def table(logs, suites):
    lines = ["| suite / area | passed | failed | percent | not played |", "|---|---:|---:|---:|---:|"]
    for name, passed, failed, left in rows(logs, suites):
        lines.append(f"| {name} | {passed} | {failed} | {percent(passed, failed)} | {left or ''} |")
    return "\n".join(lines) + "\n"


def write(text):
    page = PAGE.read_text()
    before, _, rest = page.partition(MARKS[0])
    _, mark, after = rest.partition(MARKS[1])
    if not mark:
        sys.exit(f"scores.py: {PAGE} has no place for the scores")
    PAGE.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}")


def main(arguments):
    logs, *suites = [argument for argument in arguments if argument != "--write"]
    text = table(Path(logs), suites)
    print(text, end="")
    if "--write" in arguments:
        write(text)


main(sys.argv[1:])
