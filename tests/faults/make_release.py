"""Makes small releases by hand, without the pipeline: `python make_release.py ROOT FIRST LAST` publishes one for each number."""

import sys
from datetime import date
from pathlib import Path

import duckdb

from ipmon.content import content_of
from ipmon.exports import export
from ipmon.gate import decide, write_verdict
from ipmon.gx_duckdb import CheckResult
from ipmon.paths import DataRoot
from ipmon.release import open_candidate, publish, seal

PASSED = CheckResult("observations_has_rows", "observations", "rows", "error", "passed", 0, "5", "有行。", "Has rows.", "Look.")
AS_OF = date(2026, 1, 2)


def build(root: DataRoot, number: int, as_of: date = AS_OF, run_id: str = "run") -> Path:
    """A judged candidate whose every table tells `number`."""
    folder = open_candidate(root, run_id)
    with duckdb.connect(str(folder / "public.duckdb")) as connection:
        connection.execute(f"create table observations as select i as line, {number} as number from range(1000) lines(i)")
        connection.execute(
            f"create table deliveries as select 'd{number}' as delivery_id, 'abc' as sha256, null::date as withdrawn_on"
        )
        connection.execute(f"create table release as select date '{as_of}' as as_of")
        connection.execute("create view numbers as select distinct number from observations")
        connection.execute("checkpoint")
        export(connection, folder)
    content = content_of(folder, [])
    write_verdict(folder, decide([PASSED]))
    seal(root, folder, content, as_of)
    return folder


def release(root: DataRoot, number: int, as_of: date = AS_OF) -> Path:
    """A published release whose every table tells `number`."""
    return publish(root, build(root, number, as_of))


def told(release: Path) -> int:
    """The number that a release tells, from its mart."""
    with duckdb.connect(str(release.resolve() / "public.duckdb"), read_only=True) as connection:
        ((number,),) = connection.execute("select number from numbers").fetchall()
    return int(number)


def main() -> None:
    """Publishes release after release, and says so on standard output."""
    root, first, last = DataRoot(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    for number in range(first, last):
        release(root, number)
        print(number, flush=True)


if __name__ == "__main__":
    main()
