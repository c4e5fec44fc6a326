"""What the pipeline found, as the rows of the mart's tables.

Belongs here: one function a table of results, objects in, dictionaries out. Not here: tables of declarations (see catalogue.py),
types, comments and storage (see marts.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ipmon.alerts import Alert
from ipmon.assessment import Assessment
from ipmon.derive import Derivation
from ipmon.dimensions import Dimensions
from ipmon.exclusions import Excluded
from ipmon.figures import Figure, Key
from ipmon.identities import Reconciliation
from ipmon.intervals import round_half_up
from ipmon.revisions import Revision
from ipmon.vintages import Book, Vintage

Row = dict[str, Any]


def vintages(book: Book, dimensions: Dimensions) -> list[Row]:
    """Every vintage, in order of key, basis and day."""
    return [_vintage(v, dimensions) for v in book.all()]


def observations(vintage_rows: Sequence[Row]) -> list[Row]:
    """The vintages that hold now."""
    return [row for row in vintage_rows if row["superseded_on"] is None]


def _vintage(vintage: Vintage, dimensions: Dimensions) -> Row:
    figure = vintage.figure
    return {
        **vars(figure.key),
        "period_start": figure.period_start,
        "period_end": figure.period_end,
        "value": figure.value,
        "value_low": figure.interval.low,
        "value_high": figure.interval.high,
        "unit": figure.unit,
        "decimals": figure.decimals,
        "obs_status": "B" if _first_after_break(figure, dimensions) else figure.obs_status,
        "conf_status": figure.conf_status,
        "basis": figure.basis,
        "released_on": vintage.since,
        "superseded_on": vintage.until,
        "released_basis": figure.released_basis,
        "quality": figure.quality,
        "stage": figure.stage,
        "publisher": figure.publisher,
        "source_title": figure.source_title,
        "source_url": figure.source_url,
        "delivery_id": figure.delivery_id,
        "locator": figure.locator,
        "note": figure.note,
    }


def _first_after_break(figure: Figure, dimensions: Dimensions) -> bool:
    """Whether a declared break falls into the period of a normal observation."""
    if figure.obs_status != "A":
        return False
    concerned = (b for b in dimensions.breaks if figure.period_start <= b.start <= figure.period_end)
    return any(b.concerns(figure.key.indicator_id, figure.key.ref_area) for b in concerned)


def excluded(rows: Iterable[Excluded]) -> list[Row]:
    """Rows that were not taken."""
    return [
        {
            "delivery_id": e.delivery_id,
            "locator": e.locator,
            "series_id": e.series_id,
            "time_period": e.period,
            "printed_value": e.value,
            "reason_zh": e.reason.zh,
            "reason_en": e.reason.en,
        }
        for e in rows
    ]


def reconciliations(found: Iterable[Reconciliation]) -> list[Row]:
    """Published values beside what follows from other figures."""
    return [
        {
            "identity_id": r.identity_id,
            **vars(r.key),
            "published_value": r.published.value,
            "value_low": r.published.interval.low,
            "value_high": r.published.interval.high,
            "implied_value": r.implied,
            "implied_low": r.implied_interval.low,
            "implied_high": r.implied_interval.high,
            "unit": r.published.unit,
            "verdict": r.verdict,
            "parts_found": r.parts,
            "parts_expected": r.parts_expected,
            "note": r.note,
        }
        for r in sorted(found, key=lambda r: (r.identity_id, _sort(r.key)))
    ]


def lineage(derivations: Iterable[Derivation]) -> Iterator[Row]:
    """One row an input of a derived value."""
    for d in sorted(derivations, key=lambda d: (_sort(d.figure.key), d.figure.released_on)):
        for position, i in enumerate(d.inputs, 1):
            yield {
                **vars(d.figure.key),
                "released_on": d.figure.released_on,
                "value": d.figure.value,
                "input_position": position,
                "input_indicator_id": i.key.indicator_id,
                "input_time_period": i.key.time_period,
                "input_value": i.value,
                "input_released_on": i.released_on,
                "input_delivery_id": i.delivery_id,
                "input_locator": i.locator,
            }


def assessments(made: Iterable[Assessment], units: Mapping[str, str]) -> list[Row]:
    """The status of every target. `units`: base unit by indicator."""
    return [{**vars(a), "unit": units[a.indicator_id], "pace": a.ratio, "is_final": a.final} for a in made]


def alerts(found: Iterable[Alert]) -> list[Row]:
    """Alerts of this run."""
    return [{**vars(a), "alert_id": a.alert_id, "rule_basis": "project_default"} for a in found]


def revisions(found: Iterable[Revision]) -> list[Row]:
    """Every change of a value that once held."""
    return [
        {
            **vars(r.key),
            "basis": r.basis,
            "released_on": r.released_on,
            "old_value": r.old.value,
            "new_value": r.new.value if r.new else None,
            "revision": r.size,
            "revision_percent": round_half_up(r.size / r.old.value * 100, 6) if r.size is not None and r.old.value else None,
            "unit": r.old.unit,
            "kind": r.kind,
            "cause": r.cause.en,
            "cause_zh": r.cause.zh,
            "old_delivery_id": r.old.delivery_id,
            "delivery_id": r.new.delivery_id if r.new else None,
        }
        for r in sorted(found, key=lambda r: (_sort(r.key), r.basis, r.released_on))
    ]


def _sort(key: Key) -> tuple[str, ...]:
    return tuple(vars(key).values())
