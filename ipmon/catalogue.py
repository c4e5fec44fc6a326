"""What is declared and delivered, as the rows of the mart's tables.

Belongs here: one function a table of declarations, objects in, dictionaries out. Not here: results (see tables.py).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ipmon.contracts import SourceContract
from ipmon.corrections import Correction
from ipmon.deliveries import Delivery
from ipmon.dimensions import Dimensions
from ipmon.duedates import next_due
from ipmon.exclusions import Excluded
from ipmon.guideline import GuidelineItem
from ipmon.registers.contract import Register
from ipmon.registry import Indicator, Ratio, Registry
from ipmon.targets import Target

Row = dict[str, Any]
FACTORS = {None: 1, "e4": 10**4, "e6": 10**6, "e8": 10**8}


def indicators(registry: Registry, dimensions: Dimensions, observed: Iterable[Row], grades: Mapping[str, str]) -> list[Row]:
    """The registry with the extent of each series. `grades`: by indicator, inputs considered."""
    periods: dict[str, list[tuple[Any, str]]] = defaultdict(list)
    for row in observed:
        periods[row["indicator_id"]].append((row["period_end"], row["time_period"]))
    entries = sorted(registry.indicators.items())
    return [_indicator(id_, i, dimensions, periods[id_]) | {"grade": grades[id_]} for id_, i in entries]


def _indicator(id_: str, indicator: Indicator, dimensions: Dimensions, periods: list[tuple[Any, str]]) -> Row:
    unit = dimensions.units[indicator.unit]
    shown = unit.scales[indicator.display] if indicator.display else unit
    match indicator.ratio:
        case Ratio(of=numerator, to=denominator):
            pass
        case _:
            numerator = denominator = ""
    return {
        "indicator_id": id_,
        "theme": indicator.theme,
        "title_zh": indicator.title.zh,
        "title_en": indicator.title.en,
        "definition_zh": indicator.definition.zh,
        "definition_en": indicator.definition.en,
        "formula": indicator.formula,
        "numerator": numerator,
        "denominator": denominator,
        "unit": indicator.unit,
        "unit_zh": shown.zh,
        "unit_en": shown.en,
        "display_factor": FACTORS[indicator.display],
        "nature": indicator.nature,
        "freq": indicator.freq,
        "direction": indicator.direction,
        "guideline_items": " ".join(indicator.guideline),
        "department_zh": indicator.department.zh if indicator.department else "",
        "department_en": indicator.department.en if indicator.department else "",
        "series": " ".join([id_] if indicator.series is None else indicator.series),
        "observations_count": len(periods),
        "first_period": min(periods)[1] if periods else "",
        "last_period": max(periods)[1] if periods else "",
    }


def breaks(dimensions: Dimensions) -> list[Row]:
    """Declared breaks in series."""
    return [
        {
            "break_id": b.id,
            "series": " ".join(b.indicators),
            "areas_concerned": b.ref_areas,
            "starts_on": b.start,
            "note_zh": b.note.zh,
            "note_en": b.note.en,
            "source": b.source,
        }
        for b in dimensions.breaks
    ]


def areas(dimensions: Dimensions) -> list[Row]:
    """Areas, offices and groups."""
    return [{**a.model_dump(exclude={"code", "aliases"}), "area_code": a.code} for a in dimensions.areas.values()]


def codes(dimensions: Dimensions) -> list[Row]:
    """Codes of the other dimensions."""
    return [
        {"dimension": dimension, "code": code, "name_zh": name.zh, "name_en": name.en}
        for (dimension, code), name in sorted(dimensions.codes.items())
    ]


def targets(declared: Iterable[Target]) -> list[Row]:
    """Every target with its words, rule and tolerance."""
    return [{**t.model_dump(), "target_value": t.value, "source_target": t.sources} for t in declared]


def guideline_items(items: Iterable[GuidelineItem], grades: Mapping[str, str]) -> list[Row]:
    """The guideline row by row, with the public indicators that cover it. `grades`: by indicator."""
    return [{**i.model_dump(), **_coverage(i, grades)} for i in items]


def _coverage(item: GuidelineItem, grades: Mapping[str, str]) -> Row:
    public = [id_ for id_ in item.covered_by if grades[id_] == "public"]
    if public or not item.covered_by:
        return {"covered_by": "|".join(public)}
    return {
        "covered_by": "",
        "not_measured_zh": "由未公开的指标反映。",
        "not_measured_en": "Covered by indicators that are not public.",
    }


def sources(contracts: Mapping[str, SourceContract | Register], received: Sequence[Delivery]) -> list[Row]:
    """Every source with what was agreed and what came."""
    return [_source(id_, contract, [d for d in received if d.source_id == id_]) for id_, contract in sorted(contracts.items())]


def _source(id_: str, contract: SourceContract | Register, received: Sequence[Delivery]) -> Row:
    """One source. What it owes next follows from the deliveries that hold."""
    owed = next_due(contract, [d for d in received if d.withdrawal is None])
    return {
        "source_id": id_,
        "title_zh": contract.title.zh,
        "title_en": contract.title.en,
        "publisher": f"{contract.publisher.zh} {contract.publisher.en}",
        "cadence": contract.cadence,
        "due_day": contract.due_day,
        "grade": contract.grade,
        "deliveries_count": len(received),
        "rows_count": sum(d.rows for d in received),
        "next_period": owed.period if owed else None,
        "next_due_on": owed.due_on if owed else None,
    }


def deliveries(received: Sequence[Delivery], excluded: Iterable[Excluded]) -> list[Row]:
    """Every delivery received by the day."""
    left_out = Counter(e.delivery_id for e in excluded)
    return [
        {
            "delivery_id": d.delivery_id,
            "source_id": d.source_id,
            "period": d.period,
            "file_name": d.name,
            "sha256": d.sha256,
            "bytes": d.bytes,
            "encoding": d.encoding,
            "container": d.container,
            "received_at": d.received_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "issued_on": d.issued_on,
            "rows_count": d.rows,
            "rows_excluded": left_out[d.delivery_id] + d.rows_bad,
            "withdrawn_on": d.withdrawal.issued_on if d.withdrawal else None,
            "withdrawal_reason": d.withdrawal.reason if d.withdrawal else None,
            "findings": "; ".join(str(f) for f in d.findings),
        }
        for d in received
    ]


def corrections(declared: Iterable[Correction], met: Mapping[str, int]) -> list[Row]:
    """Known errors of sources, with the number of rows they concern."""
    return [
        {
            "correction_id": c.id,
            "series": c.match.get("series", ""),
            "time_period": c.match.get("period", ""),
            "printed_value": c.match.get("value", ""),
            "action": c.action,
            "reason_zh": c.reason.zh,
            "reason_en": c.reason.en,
            "provider": c.provider,
            "matched_rows": met.get(c.id, 0),
        }
        for c in declared
    ]
