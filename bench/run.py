"""How long a release takes, and what registers cost on simulated data. Writes docs/performance.md.

Everything of one part is measured in one go on one machine, medians of several runs; ratios mean more than the seconds.
"""

import argparse
from pathlib import Path

import registers
import releases
from report import replace_part


def main() -> None:
    """Measures and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("run", "registers"), help="measure one part; the other stays as it was")
    parser.add_argument("--runs", type=int, help="runs to take the median of (default: 3; from 10 million records on: 1)")
    sizes = "patent applications to simulate, such as 1000000,10000000,100000000 (default: 1000000)"
    parser.add_argument("--records", type=_sizes, default=[1_000_000], metavar="N,N", help=sizes)
    folder = "where simulated data and what was measured are kept, so that a long benchmark that was stopped goes on (same code)"
    parser.add_argument("--folder", type=Path, metavar="DIR", help=folder)
    options = parser.parse_args()
    if options.only != "registers":
        replace_part(releases.HEADING, releases.measure(options.runs or 3))
    if options.only != "run":
        replace_part(registers.HEADING, registers.measure(options.records, options.runs, options.folder))


def _sizes(text: str) -> list[int]:
    return sorted({int(size) for size in text.split(",")})


if __name__ == "__main__":
    main()
