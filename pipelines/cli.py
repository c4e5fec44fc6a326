"""The command `ipmon`.

Belongs here: the words of the command line, exit codes, and what is printed where. Not here: values of arguments (arguments.py),
or any work (see ipmon and jobs.py).
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ipmon.errors import IpmonError
from ipmon.paths import data_root
from pipelines.arguments import code, count, day, month, share

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; a user's mistake is one sentence on stderr and the exit code of its kind."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except IpmonError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (the reader of the pipe went away; nothing is left to say)
        return 0
    except OSError as error:
        print(f"{error.filename or 'The data root'}: {error.strerror}. Mend that and start again.", file=sys.stderr)
        return IpmonError.exit_code
    except KeyboardInterrupt:
        print("Interrupted. The current release is as it was.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ipmon", description="Statistical monitoring of intellectual property work.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="build, check and publish a release")
    run.add_argument("--as-of", type=day, metavar="DATE", help="use only what had been received by this day (default: today)")
    run.set_defaults(command=_run)

    receive = commands.add_parser("receive", help="take a delivery in, or quarantine it")
    receive.add_argument("file", type=Path)
    receive.add_argument("--source", required=True, help="the source or register, one of assets/sources or assets/registers")
    receive.add_argument("--period", required=True, help="the period the delivery is for: 2024, 2024-Q3, 2024-09")
    receive.add_argument("--issued", type=day, metavar="DATE", help="the publisher's date; needed for a corrected file")
    receive.set_defaults(command=_receive)

    withdraw = commands.add_parser("withdraw", help="note that a publisher takes a delivery back")
    withdraw.add_argument("delivery", metavar="DELIVERY_ID", help="as `receive` printed it, and the table deliveries lists it")
    withdraw.add_argument("--issued", type=day, required=True, metavar="DATE", help="the day from which it no longer holds")
    withdraw.add_argument("--reason", required=True, metavar="TEXT", help="why, in the publisher's words")
    withdraw.set_defaults(command=_withdraw)

    status = commands.add_parser("status", help="deliveries due or late, the last release, every target")
    status.set_defaults(command=_status)

    show = commands.add_parser("show", help="one indicator's series with definition and sources")
    show.add_argument("indicator")
    show.set_defaults(command=_show)

    trace = commands.add_parser("trace", help="file, place, formula and inputs behind a number")
    trace.add_argument("what", help="an indicator with its PERIOD; or a chart, or a number or sentence as it is printed")
    trace.add_argument("period", nargs="?", help="2024, 2024-S1, 2024-Q3, 2024-09")
    trace.add_argument("--area", metavar="AREA", default="CN", help="of an indicator: the area (default: CN)")
    trace.add_argument(
        "--where", metavar="DIMENSION=CODE", type=code, action="append", default=[], help="as industry=_T; repeatable"
    )
    trace.set_defaults(command=_trace)

    diff = commands.add_parser("diff", help="what changed between two releases")
    diff.add_argument("old", nargs="?", help="default: the release before the current one")
    diff.add_argument("new", nargs="?", help="default: the current release")
    diff.set_defaults(command=_diff)

    verify = commands.add_parser("verify", help="re-hash a release and recompute its headline numbers")
    verify.add_argument("release", nargs="?", help="default: the current release")
    verify.set_defaults(command=_verify)

    query = commands.add_parser("query", help="one SELECT on the current public mart, read-only and locked down")
    query.add_argument("sql")
    query.set_defaults(command=_query)

    simulate = commands.add_parser("simulate", help="make a data root of simulated registers, for trials and measurements")
    simulate.add_argument("--into", type=Path, required=True, metavar="DIR", help="a new folder, or one made by this command")
    simulate.add_argument("--records", type=count, default=100_000, metavar="N", help="patent applications (default: 100000)")
    simulate.add_argument("--since", type=month, metavar="MONTH", help="the first month, such as 2023-07 (default: 2012-01)")
    simulate.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same files (default: 1)")
    simulate.add_argument("--dirt", type=share, default=0.001, metavar="SHARE", help="share of broken rows (default: 0.001)")
    simulate.set_defaults(command=_simulate)

    check = commands.add_parser("check", help="declarations, fonts and pinned versions")
    check.set_defaults(command=_check)
    return parser


def _run(options: argparse.Namespace) -> int:
    gc.disable()  # a run lives for seconds, and searching the many objects that libraries make costs a tenth of them

    from pipelines.run import run

    print(run(options.as_of))
    gc.freeze()  # all is done: Python's last search for what it could free takes a second
    return 0


def _receive(options: argparse.Namespace) -> int:
    from pipelines.receiving import receive, told

    return _print(told(receive(options.file, options.source, options.period, options.issued, data_root()), data_root()))


def _withdraw(options: argparse.Namespace) -> int:
    from ipmon.withdrawals import withdraw

    is_new = withdraw(options.delivery, options.issued, options.reason, data_root(), datetime.now(UTC))
    print(f"{'withdrawn' if is_new else 'known'}: {options.delivery}")
    return 0


def _status(options: argparse.Namespace) -> int:
    from assets import declarations
    from ipmon.answers import NoRelease, status
    from ipmon.deliveries import CHINA, load_manifest
    from ipmon.duedates import due
    from ipmon.registers.arrivals import arrivals, owed
    from ipmon.registers.references import told
    from ipmon.registers.store import Store

    today, declared, received = datetime.now(CHINA).date(), declarations(), load_manifest(data_root())
    tables = due(declared.contracts, received, today)
    lines = [f"{'LATE' if d.is_late(today) else 'due '} {d.source_id} {d.period}, due on {d.due_on}" for d in tables]
    lines += owed(arrivals(declared.registers, received, today))
    _print(lines or ["No delivery is due."])
    _print(told(Store(data_root())))
    try:
        _print(status(data_root()))
    except NoRelease as nothing:
        print(nothing)
    return 0


def _show(options: argparse.Namespace) -> int:
    from ipmon.answers import show

    return _print(show(data_root(), options.indicator))


def _trace(options: argparse.Namespace) -> int:
    from ipmon.printed import traced

    return _print(traced(data_root(), options.what, options.period, {"ref_area": options.area, **dict(options.where)}))


def _diff(options: argparse.Namespace) -> int:
    from ipmon.answers import diff, previous

    return _print(diff(data_root(), options.old or previous(data_root()), options.new))


def _verify(options: argparse.Namespace) -> int:
    from ipmon.answers import release_path
    from ipmon.verify import verify

    release = release_path(data_root(), options.release)
    problems = verify(release)
    _print(problems)
    print(f"{release.resolve().name}: {f'{len(problems)} problem(s)' if problems else 'verified'}")
    return 1 if problems else 0


def _query(options: argparse.Namespace) -> int:
    from ipmon.answers import query

    try:
        query(data_root(), options.sql).show(max_rows=1000, max_width=240, max_col_width=80)
    except IpmonError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _simulate(options: argparse.Namespace) -> int:
    from assets import declarations
    from ipmon.simulator.levels import load_levels
    from ipmon.simulator.simulate import simulate

    levels = load_levels(since=options.since)
    simulate(options.into, options.records, options.seed, options.dirt, declarations().registers, _tell, levels=levels)
    print(f"{options.into} holds simulated registers. Publish a release of them with: IPMON_HOME={options.into} ipmon run")
    return 0


def _check(options: argparse.Namespace) -> int:
    from pipelines.preflight import problems

    found = problems()
    _print(found)
    print(f"{len(found)} problem(s)" if found else "Declarations, fonts and versions are as they should be.")
    return 1 if found else 0


def _print(lines: Iterable[str]) -> int:
    for line in lines:
        print(line)
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
