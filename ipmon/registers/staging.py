"""A register's file into two Parquet files: good rows, typed, and bad rows with their reasons. Rows in = rows out, always.

Belongs here: the streaming pass, and keys that are repeated. Not here: demands on single rows (checks.py) and on the file as a
whole (wholes.py), reasons (badrows.py), the door (intake.py).
"""

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from ipmon.breaches import Breach
from ipmon.deliveries import Delivery, verified_path
from ipmon.errors import IpmonError
from ipmon.paths import DataRoot
from ipmon.registers.badrows import MANY, reasons
from ipmon.registers.checks import TYPES, Check, as_text, checks, has_signs, passed_signs, typed
from ipmon.registers.contract import Register
from ipmon.registers.lines import lines_at, ragged_lines
from ipmon.registers.origins import staged_from
from ipmon.registers.reading import MORE, Plain, plain
from ipmon.registers.repeats import repeats, repeats_on_disk
from ipmon.registers.store import Store
from ipmon.registers.survey import Say
from ipmon.registers.wholes import check_header, judge, promised, refuse_many, refuse_simulated

FEW = 100_000
"""Lines worth keeping to look at them one by one; with more doubtful ones, the commas of every line are counted."""
SMALL = 1 << 29
"""Bytes of text whose rows are kept in memory while they are checked, where they take twice as much; those of a larger file wait
on disk, and take half as long again."""
UNSHARED = pl.QueryOptFlags(comm_subexpr_elim=False)
"""Looking for what fifty checks have in common takes longer than it saves."""
PACKING: Literal["uncompressed"] = "uncompressed"
"""Rows that wait for their facts alone, and can be made again at any time, are written fast, not small."""


@dataclass(frozen=True)
class StagedRegister:
    """How many rows of a file were good and bad, what it is, its columns that are not in the contract, and the reverse."""

    rows: int
    rows_bad: int
    container: str
    encoding: str
    extra_columns: tuple[str, ...]
    absent: tuple[str, ...]


def restage(delivery: Delivery, register: Register, root: DataRoot) -> StagedRegister:
    """Writes a delivery's good and bad rows again from its raw file. Raises IpmonError if bytes or contract changed."""
    try:
        return stage(verified_path(delivery, root), Path(delivery.name).suffix, delivery, register, Store(root))
    except Breach as breach:
        raise IpmonError(
            f"raw/{delivery.path} no longer fits its contract ({breach.code}: {breach.reason}) "
            f"It did when it was received: look at the latest change of assets/registers/{register.id}.yaml."
        ) from None


def stage(
    file: Path, suffix: str, delivery: Delivery, register: Register, store: Store, say: Say = lambda _: None
) -> StagedRegister:
    """Writes the good and the bad rows of `file` where the store has those of the delivery. Raises Breach where it is refused."""
    with _scratch(store) as scratch:
        made = plain(file, suffix, register, scratch, say)
        work = _Work(made, register, delivery.period, scratch, say)
        good, bad = work.split(delivery.synthetic)
        staged = store.staged(register.id, delivery.period, staged_from(delivery, register))
        quarantined = store.quarantine(register.id, delivery.period, delivery.delivery_id)
        for part, target in ((bad, quarantined), (good, staged)):  # the good rows last: where they are, both are
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(part, target)
    extra = tuple(name for name in made.header if name not in register.fields)
    absent = tuple(name for name in register.fields if name not in made.header)
    return StagedRegister(work.rows, work.rows_bad, made.container, made.encoding, extra, absent)


@contextmanager
def _scratch(store: Store) -> Iterator[Path]:
    folder = store.scratch / "staging"
    shutil.rmtree(folder, ignore_errors=True)  # what a killed process left
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True)
class _Found:
    """What checking every line of a file showed: good rows, of every line that repeats a key the line that had it, the bad lines,
    those that may be short (None: they are too many to look at), and how all of these came (None: likewise)."""

    good: pl.LazyFrame
    repeats: dict[int, int]
    bad: pl.Series
    short: list[int] | None
    seen: dict[int, str] | None


class _Work:
    """One file on its way from text to two Parquet files in a folder of its own."""

    def __init__(self, made: Plain, register: Register, period: str, folder: Path, say: Say) -> None:
        self.made, self.register, self.folder, self.say = made, register, folder, say
        check_header(made.header, register)
        self.promised = promised(made.last, register)
        self.present = [name for name in register.fields if name in made.header]
        self.names = [as_text(name) if name in register.fields else f"{name}@extra" for name in made.header]
        self.texts = [
            (typed(name, f, made.survey.blanks) if name in made.header else pl.lit(None, TYPES[f.kind])).alias(name)
            for name, f in register.fields.items()
        ]
        self.demands: list[Check] = checks(register, period, self.present, made.survey.blanks or made.survey.pluses)
        self.is_small = made.clean.stat().st_size <= SMALL
        self.rows = self.rows_bad = 0

    def split(self, synthetic: bool) -> tuple[Path, Path]:
        """The files of good and of bad rows. Raises Breach where the file as a whole is refused (wholes.py)."""
        found = self._found()
        if not synthetic:
            refuse_simulated(found.good, self.register)
        good, repeated, ragged = found.good, found.repeats, self._ragged(found)
        if ragged.len():
            self._refuse_many(ragged, 0)
            good = _without(good, ragged)
            repeated = self._repeats(good)  # what only repeats a line that is no record is the first
        lines = sorted({*found.bad, *ragged, *repeated})
        parts = (lines[at : at + MANY] for at in range(0, max(len(lines), 1), MANY))
        told = pl.concat(self._told(part, repeated, found.seen) for part in parts)
        whole, apart = self.folder / "good.parquet", self.folder / "bad.parquet"
        _without(good, [*repeated]).sink_parquet(whole, compression=PACKING, statistics=False)
        self.rows = pl.scan_parquet(whole, glob=False).select(pl.len()).collect().item()
        self.rows_bad = told.height
        judge(told, self.made, self.promised, self.rows, self.rows_bad, len(lines), self.register)
        told.write_parquet(apart)
        return whole, apart

    def _told(self, lines: Sequence[int], repeated: Mapping[int, int], seen: Mapping[int, str] | None) -> pl.DataFrame:
        """Why these lines hold no good row; `seen`: some lines as they came."""
        raw = {line: seen[line] for line in lines} if seen is not None and seen.keys() >= {*lines} else lines_at(self.made, lines)
        return reasons(self.made, self.register, self.texts, self.names, self.demands, raw, repeated)

    def _found(self) -> _Found:
        """What checking every line shows. Signs for what is missing, which cost a comparison a field, are taken for values until
        one is seen; fields refuse them, so that any will be among the bad lines, which are looked at."""
        if not self.made.survey.quotes and not has_signs(self.register, self.made.first):
            found = self._looked([])
            if found.seen is not None and not has_signs(self.register, "\n".join(found.seen.values())):
                return found
            del found  # all its rows
        return self._looked(self.register.missing)

    def _looked(self, missing: list[str]) -> _Found:
        """What checking every line shows where these signs alone, and nothing at all, stand for what is missing."""
        checked = self._checked(missing)
        doubtful = checked.filter(pl.col("@bad") | pl.col("@short")).select("line", "@bad").collect()
        bad, short = doubtful.filter("@bad")["line"], doubtful.filter(~pl.col("@bad"))["line"]
        if missing:
            self._refuse_many(bad, int(self.made.is_marked))
        good = checked.filter(~pl.col("@bad")).drop("@bad", "@short")
        repeated = self._repeats(good)
        few = short.to_list() if short.len() <= FEW else None
        lines = {*bad.head(FEW + 1), *repeated, *(few or ())}
        return _Found(good, repeated, bad, few, lines_at(self.made, lines) if len(lines) <= FEW else None)

    def _refuse_many(self, bad: pl.Series, markers: int) -> None:
        """Raises TOO_MANY_BAD_ROWS where these lines are so many that the first of them alone are more than a file may have.

        `markers`: how many of them are the end marker.
        """
        rows = self.made.lines - 1 - self.made.is_marked
        if bad.len() > MANY:
            told = self._told(bad.head(MANY).sort().to_list(), {}, None)
            if told.height > self.register.bad_share * rows:
                refuse_many(told, told.height + bad.len() - MANY - markers, rows, self.register)

    def _checked(self, missing: list[str]) -> pl.LazyFrame:
        """Every line that was scanned: its typed fields, `line`, is it `@bad` or `@short`; in memory or, if large, on disk."""
        self.say("checking every row")
        of_values = [d for d in self.demands if d.of_values and self.is_small]
        shared = {d.field for d in of_values}
        broken = [d.broken for d in self.demands if not (d.of_values and self.is_small)]
        broken += [pl.col(MORE).is_not_null(), pl.all_horizontal(pl.col(as_text(name)).is_null() for name in self.present)]
        broken.append(pl.col(self.names[0]).str.starts_with(self.register.end_marker or MORE))
        if not missing:
            broken += passed_signs(self.register, self.present)
        bad = pl.any_horizontal(broken).fill_null(False).alias("@bad")
        rows = self.made.scan(self.names, missing).with_columns(self.texts)
        short = pl.col(self.names[-1]).is_null().alias("@short")
        rows = rows.select(*(_shared(name) if name in shared else name for name in self.register.fields), "line", bad, short)
        try:
            if self.is_small:
                return _with_broken_values(rows.collect(engine="streaming", optimizations=UNSHARED), of_values).lazy()
            rows.sink_parquet(self.folder / "checked.parquet", compression=PACKING, statistics=False, optimizations=UNSHARED)
        except pl.exceptions.ComputeError as error:
            reason = f"it cannot be split into rows ({str(error).splitlines()[0]}). Save it as CSV again."
            raise Breach("BAD_CONTAINER", reason) from None
        return pl.scan_parquet(self.folder / "checked.parquet", glob=False)

    def _ragged(self, found: _Found) -> pl.Series:
        """Lines with too few or too many fields, which a parser fills up or cuts, and that were not found bad.

        Only a row whose last field is empty can be short; a long one shows in the number of commas.
        """
        if self.made.survey.quotes:
            return found.bad.clear()  # such lines are blank in what was scanned
        doubtful = None
        if found.seen is not None and found.short is not None:
            doubtful = {line: found.seen[line] for line in (*found.bad, *found.short)}
        ragged = ragged_lines(self.made, doubtful)
        return ragged.filter(~ragged.is_in(found.bad.implode()))

    def _repeats(self, good: pl.LazyFrame) -> dict[int, int]:
        """Of every line whose key an earlier one has, that earlier line."""
        self.say("looking for repeated keys")
        key = self.register.key
        return repeats(good, key) if self.is_small else repeats_on_disk(good, key, self.folder)


def _shared(name: str) -> pl.Expr:
    """A text as the number of its value: looked at, and written, in half the time."""
    return pl.col(name).cast(pl.Categorical)


def _with_broken_values(rows: pl.DataFrame, demands: Sequence[Check]) -> pl.DataFrame:
    """Rows that are also `@bad` where their value breaks one of these demands on values."""
    for d in demands:
        values = rows[d.field].unique().cast(pl.String).alias(as_text(d.field))
        odd = values.to_frame().filter(d.broken)[values.name]
        if odd.len():
            rows = rows.with_columns(pl.col("@bad") | pl.col(d.field).cast(pl.String).is_in(odd.implode()).fill_null(False))
    return rows


def _without(rows: pl.LazyFrame, lines: Collection[int]) -> pl.LazyFrame:
    return rows.filter(~pl.col("line").is_in(pl.Series(lines, dtype=pl.UInt32()).implode())) if len(lines) else rows
