#!/usr/bin/env python3
"""seed_listing.py OUT: writes the Express definition of the listing in ../shared/mission, as `treadle import terraform` reads
it, to OUT (a folder), and prints its path; nothing where the listing is not there. For `treadle bench express --machine`."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from cli.orders_test import import_terraform  # noqa: E402
from cli.telemetry_test import mission_listing  # noqa: E402


def main():
    listing = mission_listing()
    if listing is None:
        return
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    (out / "main.tf").write_text(listing)
    project = import_terraform(out / "main.tf", out)
    definition, = project.glob("*.asl.json")
    print(definition)


if __name__ == "__main__":
    main()
