"""What a register's file must keep as a whole, or it is refused.

Belongs here: its header, its end marker, its number of lines, the share of its bad rows, simulated keys. Not here: single rows
(checks.py), or splitting good rows from bad ones (staging.py).
"""

from collections.abc import Mapping

import polars as pl

from ipmon.breaches import Breach
from ipmon.registers.contract import Register
from ipmon.registers.reading import Plain, fields_of

EXAMPLES = 3
SIMULATED_KEY = "SIM"
STANDING = ("snapshot", "year")
"""What is delivered as it stands, and not as it happened, is never nothing: a list without a row is a slip of the export."""
OF_ANOTHER_PERIOD = ("WRONG_PERIOD", "NO_EVENT")


def check_header(header: list[str], register: Register) -> None:
    """Raises SCHEMA where a column that is needed is missing, or one stands twice."""
    twice = sorted({name for name in header if header.count(name) > 1})
    needed: Mapping[str, bool] = {name: f.required or name in register.key for name, f in register.fields.items()}
    missing = [name for name, is_needed in needed.items() if is_needed and name not in header]
    if missing or twice:
        what = f"column(s) {', '.join(missing)} missing" if missing else f"column(s) {', '.join(twice)} stand twice"
        reason = f"{what} (found: {', '.join(header)[:300]}). Rename them in the file's first line."
        raise Breach("SCHEMA", reason, "line 1")


def promised(last: str, register: Register) -> int | None:
    """How many rows the end marker counts; None where the contract declares none. Raises TRUNCATED without the marker."""
    if register.end_marker is None:
        return None
    cells = fields_of(last, "its last line")
    if cells[:1] != [register.end_marker] or len(cells) < 2 or not cells[1].isdecimal():
        reason = f"its last line is not the end marker '{register.end_marker},<rows>'. Deliver the whole file."
        raise Breach("TRUNCATED", reason, "last line", last[:80])
    return int(cells[1])


def refuse_simulated(good: pl.LazyFrame, register: Register) -> None:
    """Raises SYNTHETIC_MIX where a key is one of those that the simulator makes."""
    keys = [name for name in register.key if register.fields[name].kind == "id"]
    if not keys:
        return
    simulated = pl.any_horizontal(pl.col(keys).str.starts_with(SIMULATED_KEY))
    found = good.filter(simulated).select("line").head(1).collect(engine="streaming")
    if found.height:
        line = found.item()
        raise Breach(
            "SYNTHETIC_MIX", f"the key in line {line} is a simulated one. Receive only real records here.", f"line {line}"
        )


def judge(found: pl.DataFrame, made: Plain, wanted: int | None, rows: int, rows_bad: int, lines: int, register: Register) -> None:
    """Raises where the file as a whole cannot be accepted: EMPTY, BAD_CONTAINER, TRUNCATED, TOO_MANY_BAD_ROWS.

    `found`: the bad rows with their reasons; `wanted`: how many rows its end marker counts; `lines`: how many lines hold no good
    row.
    """
    total = rows + rows_bad
    if total == 0 and wanted != 0:  # a marker that counts none says that there were none
        raise Breach("EMPTY", "the file has no rows; no data is not zero. Ask the publisher for the file again.")
    if total == 0 and register.delivers in STANDING:
        reason = "the file lists nothing, though it is to list all that stands. Export the whole list and deliver it again."
        raise Breach("EMPTY", reason)
    if rows + lines + 1 != made.lines:
        reason = f"it has {made.lines:,} lines, of which {rows + lines + 1:,} could be told apart. Save it as CSV again."
        raise Breach("BAD_CONTAINER", reason)
    if wanted is not None and wanted != total:
        reason = f"its end marker counts {wanted:,} rows, and it has {total:,}. Deliver the whole file."
        raise Breach("TRUNCATED", reason, f"line {made.lines}", str(wanted))
    refuse_many(found, rows_bad, total, register)


def refuse_many(found: pl.DataFrame, bad: int, total: int, register: Register) -> None:
    """Raises TOO_MANY_BAD_ROWS where `bad` of `total` rows are more than the contract allows; `found`: the first of them."""
    if bad <= register.bad_share * total:
        return
    counts = found["code"].value_counts(sort=True).sort("count", "code", descending=[True, False])
    by_code = ", ".join(f"{code} {count:,}" for code, count in counts.iter_rows())
    first = found.head(EXAMPLES).iter_rows(named=True)
    shown = "; ".join(
        f"line {row['line']}: {row['reason_en']}" + (f" ({row['value']!r})" if row["value"] else "") for row in first
    )
    reason = f"{bad:,} of {total:,} rows break the contract, which allows {register.bad_share:.2%} ({by_code}). {shown}."
    elsewhere = counts["code"][0] in OF_ANOTHER_PERIOD and 2 * bad > total
    step = "See whether --period is that of the file" if elsewhere else "Mend them at their source"
    raise Breach("TOO_MANY_BAD_ROWS", f"{reason} {step} and deliver the file again.", f"line {found['line'][0]}")
