"""Staged rows conformed: one printed cell becomes one figure in base units, under the contract's dimensions.

Belongs here: routing, units, periods, wordings and release dates of published rows. Not here: which of several figures holds
(see vintages.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from ipmon.corrections import Corrector
from ipmon.dimensions import CODED, Dimensions, Reading, Unit
from ipmon.exclusions import Excluded, NotTaken
from ipmon.grades import Grades
from ipmon.intervals import Interval, printed, round_half_up
from ipmon.periods import Span
from ipmon.periods import read as read_period
from ipmon.publication import released
from ipmon.registry import Indicator, Registry
from ipmon.wordings import Rule
from ipmon.wordings import read as read_value

DECIMALS = 6
"""Decimals that a mart stores; values are rounded to them, intervals outward."""
LIMIT = Decimal(10) ** 21
"""What DECIMAL(28,6) holds with room for the interval."""

STAGES = {"preliminary": 0, "": 1, "final": 2, "census": 3}
QUALITIES = {"derived": 0, "secondary": 1, "official-reprint": 2, "official": 3}


@dataclass(frozen=True)
class Key:
    """What a value is about: the key of `observations` but for its basis."""

    indicator_id: str
    ref_area: str
    ip_type: str
    owner_kind: str
    industry: str
    technology: str
    counterpart_area: str
    freq: str
    time_period: str
    accumulation: str

    @property
    def is_national_total(self) -> bool:
        """Whether it is about the whole country, undivided."""
        return self.ref_area == "CN" and all(getattr(self, dimension) == "_T" for dimension in CODED)


@dataclass(frozen=True)
class Figure:
    """One value with everything that is known of it, in base units.

    `retired_on`: the day its delivery was corrected or withdrawn; `retired_by`: the deliveries whose withdrawal it was.
    """

    key: Key
    period_start: date
    period_end: date
    value: Decimal | None
    interval: Interval
    unit: str
    decimals: int
    obs_status: str
    conf_status: str
    released_on: date
    released_basis: str
    stage: str
    quality: str
    delivery_id: str
    locator: str
    publisher: str
    source_title: str
    source_url: str
    note: str
    retired_on: date | None = None
    retired_by: tuple[str, ...] = ()
    basis: str = "published"


@dataclass(frozen=True)
class Conformer:
    """Turns staged rows of deliveries into figures, by the declarations."""

    registry: Registry
    dimensions: Dimensions
    wordings: Sequence[Rule]
    corrector: Corrector
    grades: Grades = field(default_factory=Grades)

    def conform(self, rows: Iterable[Mapping[str, Any]], received_on: Mapping[str, date]) -> tuple[list[Figure], list[Excluded]]:
        """All staged rows as figures or exclusions: rows in = figures + excluded. `received_on` by delivery_id."""
        cities, readings = self.dimensions.area_aliases, self.dimensions.readings
        figures: list[Figure] = []
        excluded: list[Excluded] = []
        for row in rows:
            try:
                figures.append(self._figure(dict(row), received_on[row["delivery_id"]], cities, readings))
            except NotTaken as why:
                excluded.append(why.about(row))
        return figures, excluded

    def _figure(self, row: dict[str, Any], received: date, cities: dict[str, str], readings: list[Reading]) -> Figure:
        if reason := self.corrector.exclusion(row):
            raise NotTaken(reason.zh, reason.en)
        codes = dict(self._codes(row, cities))
        indicator_id, indicator, factor = self._route(row, codes.get("variant", ""))
        settings: dict[str, Any] = {
            key: value
            for reading in readings
            if reading.matches(row)
            for key, value in reading.set.model_dump(exclude_none=True).items()
        }
        codes |= {c: settings[c] for c in CODED if c in settings}
        span = _span(row, indicator)
        value, interval, step, obs, conf = self._value(
            row, factor, self.dimensions.units[indicator.unit], settings.get("round_to")
        )
        known_on, basis = _known_on(row, received)
        stage = settings.get("stage", codes.get("stage", ""))
        return Figure(
            key=_key(indicator_id, row, codes, span, settings.get("accumulation")),
            period_start=span.start,
            period_end=span.end,
            value=None if value is None else round_half_up(value, DECIMALS),
            interval=interval.outward(DECIMALS),
            unit=indicator.unit,
            decimals=max(0, -step.normalize().adjusted()) if step else 0,
            obs_status=_status(obs, row, indicator, stage),
            conf_status=conf,
            released_on=max(known_on, row.get("known_from") or known_on),
            released_basis=basis,
            stage=stage,
            quality=row["quality"],
            delivery_id=row["delivery_id"],
            locator=row["locator"],
            publisher=row["publisher"],
            source_title=row["source_title"],
            source_url=row["source_url"],
            note="; ".join(filter(None, (row["dimension"] and f"printed under: {row['dimension']}", row["note"]))),
            retired_on=row.get("retired_on"),
            retired_by=row.get("retired_by", ()),
        )

    def _codes(self, row: dict[str, Any], cities: dict[str, str]) -> dict[str, str]:
        try:
            codes = self.dimensions.labels.read(row["series_id"], row["dimension"], cities)
        except KeyError as part:
            raise NotTaken(
                f"系列“{row['series_id']}”的维度 {part} 尚无含义，请在 assets/dimensions/labels/ 中补充。",
                f"the dimension {part} of series '{row['series_id']}' has no meaning yet; add it to assets/dimensions/labels/.",
            ) from None
        if reason := codes.get("exclude"):
            raise NotTaken(f"标签注明不采用：{reason}", reason)
        return codes

    def _route(self, row: dict[str, Any], variant: str) -> tuple[str, Indicator, Decimal]:
        """The one indicator that takes the row, and the factor from its printed to its base unit."""
        claimants = self.registry.claimants(row["series_id"], variant)
        if not claimants:
            series, of = row["series_id"], f" ({variant})" if variant else ""
            raise NotTaken(f"没有指标采用系列“{series}”{of}，请声明。", f"no indicator takes series '{series}'{of}; declare one.")
        fitting = [
            (id_, indicator, unit.printed[row["unit"]])
            for id_ in claimants
            if row["unit"] in (unit := self.dimensions.units[(indicator := self.registry.indicators[id_]).unit]).printed
        ]
        if len(fitting) != 1:
            among = ", ".join(claimants)
            raise NotTaken(
                f"单位“{row['unit']}”适合 {among} 中的 {len(fitting)} 个，见 assets/dimensions/units.yaml。",
                f"the unit '{row['unit']}' fits {len(fitting)} of {among}; see assets/dimensions/units.yaml.",
            )
        if not self.grades.may_feed(row["source_id"], fitting[0][0]):
            raise NotTaken(
                f"来源“{row['source_id']}”的密级高于“{fitting[0][0]}”，请给该指标定同样的密级。",
                f"source '{row['source_id']}' is held more closely than '{fitting[0][0]}'; grade the indicator likewise.",
            )
        return fitting[0]

    def _value(
        self, row: dict[str, Any], factor: Decimal, unit: Unit, round_to: Decimal | None
    ) -> tuple[Decimal | None, Interval, Decimal, str, str]:
        try:
            reading = read_value(row["value"], row["note"], self.wordings)
        except (ValueError, InvalidOperation) as error:
            raise NotTaken(
                f"数值“{row['value']}”读不出来，请更正，或在 assets/dimensions/wordings.yaml 中补充规则。", str(error)
            ) from None
        if reading.value is None:
            return None, reading.interval.scaled(factor), factor, reading.obs_status, reading.conf_status
        value, step = reading.value * factor, reading.step * factor
        if abs(value) >= LIMIT:
            printed_value = f"{row['value']} {row['unit']}"
            raise NotTaken(
                f"{printed_value}的位数超过数据集市所能容纳，请向发布机构核实。",
                f"{printed_value} has more digits than a mart can hold; check it with the publisher.",
            )
        if round_to is not None:
            return value, printed(value, round_to), round_to, reading.obs_status, reading.conf_status
        in_full = unit.counted and factor == 1 and step == 1 and reading.kind is None
        interval = Interval(value, value) if in_full else reading.interval.scaled(factor)
        return value, interval, step, reading.obs_status, reading.conf_status


def _key(indicator_id: str, row: dict[str, Any], codes: dict[str, str], span: Span, accumulation: str | None) -> Key:
    meant = codes.get("ref_area", "")
    # A label speaks before the row's own area; what an empty dimension means only fills an empty area.
    area = (meant if row["dimension"] else "") or row["ref_area"] or meant or "CN"
    dims = {c: codes.get(c) or "_T" for c in CODED}
    dated = {"freq": span.period.freq, "time_period": span.period.label, "accumulation": accumulation or span.accumulation}
    return Key(indicator_id, area, **dims, **dated)


def _span(row: dict[str, Any], indicator: Indicator) -> Span:
    try:
        return read_period(row["period"], row["period_kind"], indicator.nature)
    except ValueError as error:
        raise NotTaken(f"期间“{row['period']}”读不出来，请更正。", str(error)) from None


def _status(read: str, row: dict[str, Any], indicator: Indicator, stage: str) -> str:
    """SDMX observation status: what the value says itself, else estimated, provisional or normal."""
    if read != "A":
        return read
    if indicator.estimate or row["quality"] == "derived":
        return "E"
    return "P" if stage == "preliminary" else "A"


def _known_on(row: Mapping[str, Any], received: date) -> tuple[date, str]:
    try:
        return released(row, received)
    except ValueError as error:
        raise NotTaken(f"公布日期“{row['published_on'] or row['source_url']}”不是历书上的日子，请更正。", str(error)) from None
