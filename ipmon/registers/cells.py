"""Cells: what a measure gave for the periods of a window, and from what.

Belongs here: keeping and reading cells, and what is added up from months: windows, stocks, cohorts. Not here: running
measures (measuring.py), which months stocks and cohorts count (records.py).

All periods that were made at once lie in one Parquet file, which is never changed; the index says which file holds a period and
what its cells were made from. A file that holds no period any more is removed.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars import selectors

from ipmon.dimensions import DIMENSIONS
from ipmon.registers.measure import Measure, Slice, Window
from ipmon.registers.store import Store

EVERYTHING = "all"
"""The one period under which the cells of window `history` are kept."""
INDEX = "index.json"
TOTAL = "_T"


@dataclass(frozen=True)
class Held:
    """The cells of one period: sha256 over what they were made from, and the name of the file that holds them."""

    inputs: str
    file: str


@dataclass(frozen=True)
class Cells:
    """The cells of one measure and window, in a folder of their own."""

    folder: Path

    def held(self) -> dict[str, Held]:
        """The periods that there are cells of; none where the index is damaged, for all of it can be made again."""
        try:
            entries = json.loads((self.folder / INDEX).read_bytes())
            held = {period: Held(*entry) for period, entry in entries.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
        there = {path.name for path in self.folder.iterdir()}
        return {period: entry for period, entry in held.items() if entry.file in there}

    def change(self, frame: pl.DataFrame | None, made: Mapping[str, str], gone: Collection[str]) -> None:
        """Puts `frame`, the cells of the periods `made` from these inputs, in the place of what was held, and forgets `gone`.

        Killed at any moment, the index names files that are there and whole.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        held = {period: entry for period, entry in self.held().items() if period not in made and period not in gone}
        if frame is not None and made:
            name = f"{hashlib.sha256(json.dumps(sorted(made.items())).encode()).hexdigest()[:16]}.parquet"
            frame.write_parquet(part := self.folder / f"{name}.part")
            part.replace(self.folder / name)
            held |= {period: Held(inputs, name) for period, inputs in made.items()}
        index = {period: [entry.inputs, entry.file] for period, entry in sorted(held.items())}
        (part := self.folder / f"{INDEX}.part").write_text(json.dumps(index, indent=0), "utf-8")
        part.replace(self.folder / INDEX)
        for path in {*self.folder.iterdir()} - {self.folder / name for name in (INDEX, *(e.file for e in held.values()))}:
            path.unlink()

    def read(self) -> pl.DataFrame | None:
        """The cells of all periods held; None without any."""
        by_file: dict[str, list[str]] = {}
        for period, entry in self.held().items():
            by_file.setdefault(entry.file, []).append(period)
        frames = [self._of(file, periods) for file, periods in sorted(by_file.items())]
        return pl.concat(frames, how="vertical_relaxed") if frames else None

    def with_empty(self) -> pl.DataFrame | None:
        """The cells of all periods held, with a total of 0 for one that gave none: what sums of nothing are."""
        frame = self.read()
        if frame is None:
            return None
        empty = pl.DataFrame({"period": sorted(self.held().keys() - {*frame["period"]})}, schema={"period": pl.String})
        zeros = totalled(empty, ()).with_columns(pl.lit(0).alias(name) for name in numbers(frame))
        return pl.concat([frame, zeros], how="diagonal_relaxed")

    def _of(self, file: str, periods: Sequence[str]) -> pl.DataFrame:
        frame = pl.read_parquet(self.folder / file, glob=False)
        return frame if periods == [EVERYTHING] else frame.filter(pl.col("period").is_in(periods))


def cells(store: Store, m: Measure, window: Window, sparse: Collection[str] = ()) -> pl.DataFrame | None:
    """The cells of a window: as kept, or added up from those of months. None without any.

    What is counted by month is told of every group that any period has: a month with facts says that it had none of the others.
    `sparse`: the months whose files lacked columns. Of them nobody knows what is not counted, nor a sum over one without a count.
    """
    added = m.is_added_up(window)
    kept = Cells(store.cells(m.id, "month" if added else window))
    frame = kept.read()
    if frame is None or m.kind != "flow" or "month" not in m.windows or m.bases:
        return frame
    held, total = sorted(kept.held()), totalled(pl.DataFrame([{}]), ())
    whole = [period for period in held if not any(month.startswith(period) for month in sparse)]
    counted = {*whole, *frame.join(total, on=DIMENSIONS, how="semi")["period"]}
    frame = within(_told(frame, pl.concat([total, frame.select(total.columns)]), whole), m.slices_of(window))
    if not added:
        return frame
    frame = frame.select("period", *DIMENSIONS, *(m.sums or numbers(frame)))
    scope = scopes(window, [month for month in held if month in counted])
    return _years(frame, scope) if window == "year" else _to_date(frame, scope)


def scopes(window: Window, months: Sequence[str]) -> dict[str, list[str]]:
    """Each period of a window with the months that it counts, for months with facts.

    A year needs all its twelve months and a year to date all since January: with a month missing there is no number.
    """
    if window == "month":
        return {month: [month] for month in months}
    if window == "history":
        return {EVERYTHING: list(months)} if months else {}
    by_year = {year: [m for m in months if m[:4] == year] for year in sorted({m[:4] for m in months})}
    if window == "year":
        return {year: own for year, own in by_year.items() if len(own) == 12 or own == [year]}
    runs = {year: [m for n, m in enumerate(own, 1) if m == f"{year}-{n:02d}"] for year, own in by_year.items()}
    return {month: run[: n + 1] for run in runs.values() for n, month in enumerate(run)}


def rolled(frame: pl.DataFrame, slices: Sequence[Slice]) -> pl.DataFrame:
    """Numbers by period (and cohort) and several dimensions added up for each of the slices, `_T` where one does not divide.

    What is null in a dimension is in no slice that divides by it.
    """
    return pl.concat([_rolled(frame, slice_) for slice_ in slices])


def _rolled(frame: pl.DataFrame, slice_: Slice) -> pl.DataFrame:
    by = [name for name in ("period", "cohort") if name in frame.columns]
    sums = frame.drop_nulls(slice_).group_by(*by, *slice_).agg(pl.col(numbers(frame)).sum())
    return totalled(sums, slice_).select(*by, *DIMENSIONS, *numbers(frame))


def totalled(frame: pl.DataFrame, slice_: Slice) -> pl.DataFrame:
    """The numbers of a slice with all dimensions, `_T` where it does not divide."""
    return frame.with_columns(pl.lit(TOTAL).alias(d) for d in DIMENSIONS if d not in slice_)


def numbers(frame: pl.DataFrame) -> list[str]:
    """The columns that say how much, not of what."""
    return [c for c in frame.columns if c not in ("period", "cohort", *DIMENSIONS)]


def through(frame: pl.DataFrame, m: Measure, months: Sequence[str]) -> pl.DataFrame:
    """What a stock was after each of these months, a run without a gap, or what all of them gave the cohorts that may be told."""
    if m.kind == "stock":
        return _carried(frame, months)
    if "cohort" in m.keys:
        frame = _summed(frame, months)
    if m.is_stock:
        return running(frame, months)
    years = _whole_years(months, m.matures)
    return _told(frame.filter(pl.col("period").is_in(years)), frame, years)


def _summed(frame: pl.DataFrame, months: Sequence[str]) -> pl.DataFrame:
    """What these months gave each cohort together, the cohort as the period."""
    sums = frame.filter(pl.col("period").is_in(months)).group_by("cohort", *DIMENSIONS).agg(pl.col(numbers(frame)).sum())
    return sums.rename({"cohort": "period"}).with_columns(pl.col("period").cast(pl.String))


def _whole_years(months: Sequence[str], later: int) -> list[str]:
    """The years of which these months hold all twelve, as they do of each of so many years after."""
    whole = scopes("year", months)
    return [year for year in whole if f"{int(year) + later:04d}" in whole]


def running(frame: pl.DataFrame, months: Sequence[str]) -> pl.DataFrame:
    """What all these months so far added, for every group in every one of them."""
    full = _every(frame, months)
    return full.with_columns(pl.col(c).fill_null(0).cum_sum().over(DIMENSIONS) for c in numbers(frame))


def _carried(frame: pl.DataFrame, months: Sequence[str]) -> pl.DataFrame:
    """The state at the end of each month, of one without its own that of the month before; 0 before the first."""
    full = _every(frame, months)
    return full.with_columns(pl.col(c).forward_fill().over(DIMENSIONS).fill_null(0) for c in numbers(frame))


def _told(frame: pl.DataFrame, groups: pl.DataFrame, periods: Sequence[str]) -> pl.DataFrame:
    """Each of these groups in each of these periods: counts and sums of nothing are 0, an average of nothing is null."""
    silent = _grid(groups, periods).join(frame, on=["period", *DIMENSIONS], how="anti")
    none = (selectors.integer() | selectors.decimal()).fill_null(0)
    return pl.concat([frame, pl.concat([frame.clear(), silent], how="diagonal").with_columns(none)])


def _every(frame: pl.DataFrame, months: Sequence[str]) -> pl.DataFrame:
    """Every group in every one of these months, in order; null where it has no numbers."""
    grid = _grid(frame, months)
    return grid.join(frame, on=["period", *DIMENSIONS], how="left").sort("period", *DIMENSIONS)


def _grid(groups: pl.DataFrame, periods: Sequence[str]) -> pl.DataFrame:
    every = pl.DataFrame({"period": list(periods)}, schema={"period": pl.String})
    return groups.select(DIMENSIONS).unique().join(every, how="cross")


def within(frame: pl.DataFrame, slices: Sequence[Slice]) -> pl.DataFrame:
    """The rows of these slices alone."""
    divided = [{d: d in slice_ for d in DIMENSIONS} for slice_ in slices]
    return frame.filter(pl.any_horizontal(pl.all_horizontal((pl.col(d) != TOTAL) == by[d] for d in DIMENSIONS) for by in divided))


def _years(frame: pl.DataFrame, scope: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    inside = frame.filter(pl.col("period").str.head(4).is_in(list(scope))).with_columns(pl.col("period").str.head(4))
    return inside.group_by("period", *DIMENSIONS).agg(pl.col(numbers(frame)).sum()).select(frame.columns)


def _to_date(frame: pl.DataFrame, scope: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Years to date: running sums from January on, within each year."""
    years = {month[:4]: months for month, months in scope.items()}  # the last one of a year has them all
    return pl.concat([frame.clear(), *(running(frame, months) for months in years.values())], how="diagonal_relaxed")
