"""`python -m hil.report RUN [EARLIER…] --out FILE`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from hil.report.reading import ReportError
from hil.report.writing import write_report


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the report is written, 2 when a run cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m hil.report", description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run, with its run.json")
    parser.add_argument("earlier", type=Path, nargs="*", help="folders of earlier runs to compare it with")
    parser.add_argument("--out", type=Path, help="the page to write (default: report.html in the run's folder)")
    chosen = parser.parse_args(arguments)
    out = chosen.out or chosen.run / "report.html"
    try:
        write_report(chosen.run, chosen.earlier, out)
    except ReportError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{out} and {out.with_suffix('.xml').name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
