"""Cells of measures as figures: what records say of an indicator, beside what is published of it.

Belongs here: which months stocks and cohorts count, keys, days. Not here: running measures (measuring.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

import polars as pl

from ipmon.deliveries import Delivery
from ipmon.dimensions import DIMENSIONS
from ipmon.figures import DECIMALS, LIMIT, Figure, Key
from ipmon.intervals import Interval, round_half_up
from ipmon.periods import Accumulation, Period, parse
from ipmon.registers.cells import cells, scopes, through
from ipmon.registers.measure import Basis, Measure, Window
from ipmon.registers.store import Store
from ipmon.registry import Indicator, Registry
from ipmon.synthetic import NAMED

SHOWN_DECIMALS = 2
"""Decimals that an average or a share of records is shown with; counts have none."""


@dataclass(frozen=True)
class Records:
    """What the store's cells say.

    `deliveries`: of each fact table, the delivery behind each of its months. `publishers`: who keeps the register of a source.
    """

    registry: Registry
    measures: Mapping[str, Measure]
    store: Store
    deliveries: Mapping[str, Mapping[str, Delivery]]
    publishers: Mapping[str, str]

    def figures(self) -> list[Figure]:
        """A figure for every cell of every measured indicator, basis `records`, known since its last delivery."""
        frames = {(m.id, window): self._cells(m, window) for m in self._used() for window in m.windows}
        made: list[Figure] = []
        for id_, indicator in self.registry.indicators.items():
            rule = indicator.measured
            if rule:
                m = self.measures[rule.measure]
                for window in m.windows:
                    made += self._of(id_, indicator, m, window, frames[m.id, window])
        return made

    def _used(self) -> list[Measure]:
        used = {i.measured.measure for i in self.registry.indicators.values() if i.measured}
        return [m for id_, m in self.measures.items() if id_ in used]

    def _cells(self, m: Measure, window: Window) -> pl.DataFrame | None:
        frame = cells(self.store, m, window, self._sparse(m))
        if frame is not None and m.kind != "flow":
            frame = through(frame, m, self._unbroken(m))
        return m.finish(frame) if frame is not None and m.finish else frame

    def _sparse(self, m: Measure) -> set[str]:
        """The months of a measure whose files lacked columns, which were read as empty."""
        behind = [(month, d) for fact in m.facts for month, d in self.deliveries.get(fact, {}).items()]
        return {month for month, delivery in behind if any(f.code == "ABSENT_COLUMN" for f in delivery.findings)}

    def _unbroken(self, m: Measure) -> list[str]:
        """The months up to the first one missing: beyond it nobody knows a stock or a cohort."""
        months = sorted({month for fact in m.facts for month in self.deliveries.get(fact, {})})
        expected = _following(months[0], len(months)) if months else []
        return [month for month, due in zip(months, expected, strict=True) if month == due]

    def _of(self, id_: str, indicator: Indicator, m: Measure, window: Window, frame: pl.DataFrame | None) -> Iterator[Figure]:
        rule = indicator.measured
        if rule is None or frame is None or rule.column not in frame.columns:
            return
        for dimension, code in rule.where.items():
            frame = frame.filter(pl.col(dimension) == code).with_columns(pl.lit("_T").alias(dimension))
        known = self._known(m, window)
        for row in frame.drop_nulls(rule.column).sort("period", *DIMENSIONS).iter_rows(named=True):
            for period, accumulation in _filed(parse(row["period"]), indicator, m, window):
                yield self._figure(id_, indicator, row, period, accumulation, known[_label(row["period"], known)])

    def _known(self, m: Measure, window: Window) -> dict[str, Delivery]:
        """Of each period the delivery that made it known: the last to come of those it counts; a stock counts all up to it."""
        behind: dict[str, list[Delivery]] = {}
        for fact in [source for source in m.given if isinstance(source, str)] if m.bases else m.facts:
            for month, delivery in self.deliveries.get(fact, {}).items():
                behind.setdefault(month, []).append(delivery)
        for month, own in behind.items():
            own += [delivery for basis in m.bases for delivery in self._beneath(basis, month)]
        if m.is_stock:
            last = (max(behind[month], key=_came) for month in sorted(behind))
            return dict(zip(sorted(behind), accumulate(last, lambda *two: max(two, key=_came)), strict=True))
        scope = scopes(window, sorted(behind)) if m.kind == "flow" else scopes("history", self._unbroken(m))
        return {period: max((d for m_ in months for d in behind[m_]), key=_came) for period, months in scope.items()}

    def _beneath(self, basis: Basis, until: str) -> Iterator[Delivery]:
        """The deliveries that a basis is made of; of one that grows those up to a month."""
        start = min(self.deliveries.get(basis.frozen, {}), default="")
        for fact in basis.given:
            for month, delivery in self.deliveries.get(fact, {}).items():
                if basis.takes(fact, month, start) and (basis.frozen or month <= until):
                    yield delivery

    def _figure(
        self, id_: str, indicator: Indicator, row: Mapping[str, Any], period: Period, accumulation: Accumulation, known: Delivery
    ) -> Figure:
        rule = indicator.measured
        assert rule is not None
        printed = row[rule.column]
        value = round_half_up(Decimal(repr(printed) if isinstance(printed, float) else printed), DECIMALS)
        if abs(value) >= LIMIT:
            raise ValueError(f"{rule.measure}.{rule.column} of {row['period']} is {value}, which no mart can hold")
        codes = {d: row[d] for d in DIMENSIONS} | ({"ref_area": "CN"} if row["ref_area"] == "_T" else {})
        return Figure(
            key=Key(indicator_id=id_, freq=period.freq, time_period=period.label, accumulation=accumulation, **codes),
            period_start=date(period.year, 1, 1) if accumulation == "year_to_date" else period.start,
            period_end=period.end,
            value=value,
            interval=Interval(value, value),
            unit=indicator.unit,
            decimals=SHOWN_DECIMALS if isinstance(printed, float) else 0,
            obs_status="A",
            conf_status="F",
            released_on=known.order[0],
            released_basis="day of receipt",
            stage="",
            quality="official",
            delivery_id=known.delivery_id,
            locator=f"{rule.measure}.{rule.column}",
            publisher=NAMED if known.synthetic else self.publishers[known.source_id],
            source_title=known.name,
            source_url="",
            note="",
            basis="records",
        )


def _label(period: str, known: Mapping[str, Delivery]) -> str:
    """Cohorts and history rest on all deliveries."""
    return period if period in known else next(iter(known))


def _came(delivery: Delivery) -> tuple[date, str]:
    return delivery.order[0], delivery.delivery_id


def _following(month: str, count: int) -> list[str]:
    first = int(month[:4]) * 12 + int(month[5:]) - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, first + count)]


def _filed(period: Period, indicator: Indicator, m: Measure, window: Window) -> Iterator[tuple[Period, Accumulation]]:
    """Under which period(s) and accumulation a cell is filed: a stock of December is the year's too."""
    if m.is_stock or indicator.nature == "stock":
        yield period, "stock"
        if period.freq == "M" and period.index == 12:
            yield Period("A", period.label[:4]), "stock"
    else:
        yield period, "year_to_date" if window == "to_date" else "period"
