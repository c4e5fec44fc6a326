"""Alerts: what somebody should look at, with the rule that raised it. All thresholds here are project defaults.

Belongs here: the rules and their sentences. Not here: the facts they look at.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ipmon.corrections import Correction
from ipmon.figures import Figure, Key
from ipmon.identities import Reconciliation
from ipmon.intervals import round_half_up
from ipmon.registry import Registry
from ipmon.revisions import Revision
from ipmon.vintages import Book

LARGE_REVISION_PERCENT = Decimal(1)
MAX_EVIDENCE = 8


@dataclass(frozen=True)
class Alert:
    """One thing to look at. Rows of one rule and indicator are grouped: a bad file is one alert, not a thousand."""

    rule: str
    severity: Literal["error", "warning", "info"]
    indicator_id: str
    ref_area: str
    time_period: str
    message_zh: str
    message_en: str
    evidence: str
    raised_on: date

    @property
    def alert_id(self) -> str:
        """Stable as long as the same thing is wrong."""
        return f"{self.rule}:{self.indicator_id}"


def alerts(
    book: Book,
    registry: Registry,
    reconciliations: Sequence[Reconciliation],
    revised: Sequence[Revision],
    idle: Sequence[Correction],
    as_of: date,
) -> list[Alert]:
    """Every alert on a day, in a stable order. `idle`: the corrections that no row needed."""
    found = [
        *_contradicting_sources(book, registry, as_of),
        *_broken_identities(reconciliations, registry, as_of),
        *_large_revisions(revised, registry, as_of),
        *_idle_corrections(idle, registry, as_of),
    ]
    return sorted(found, key=lambda a: a.alert_id)


def _contradicting_sources(book: Book, registry: Registry, as_of: date) -> list[Alert]:
    """Published values of one key and stage that cannot all be right."""
    groups: dict[Key, list[Figure]] = defaultdict(list)
    for figure in dict.fromkeys(vintage.figure for vintage in book.all()):
        if figure.basis == "published" and figure.retired_on is None and figure.value is not None:
            groups[figure.key].append(figure)
    cases: dict[str, list[str]] = defaultdict(list)
    for key, figures in groups.items():
        now = book.current(key, "published")
        for other in figures:
            if now and other.stage == now.stage and not other.interval.overlaps(now.interval):
                cases[key.indicator_id].append(
                    f"{_place(key)}: {_plain(now)} ({now.publisher}) / {_plain(other)} ({other.publisher})"
                )
    return [
        _grouped(
            "sources_contradict",
            "warning",
            id_,
            registry,
            texts,
            as_of,
            "{title}：{count}处来源互相矛盾，均已保留；现行值按优先级选取。",
            "{title}: sources contradict each other on {count} value(s); all are kept, precedence chooses the current one.",
        )
        for id_, texts in cases.items()
    ]


def _broken_identities(reconciliations: Iterable[Reconciliation], registry: Registry, as_of: date) -> list[Alert]:
    cases: dict[str, list[str]] = defaultdict(list)
    for r in reconciliations:
        if r.verdict == "contradicts" and r.implied is not None:
            cases[r.key.indicator_id].append(
                f"{r.identity_id} {_place(r.key)}: {_plain(r.published)} / {r.implied.normalize():f}"
            )
    return [
        _grouped(
            "identity_contradicted",
            "warning",
            id_,
            registry,
            texts,
            as_of,
            "{title}：{count}处与由其他数字得出的值不符。",
            "{title}: {count} value(s) contradict what follows from other figures.",
        )
        for id_, texts in cases.items()
    ]


def _large_revisions(revised: Iterable[Revision], registry: Registry, as_of: date) -> list[Alert]:
    cases: dict[str, list[str]] = defaultdict(list)
    for r in revised:
        if r.kind == "refined" or r.basis != "published" or not r.old.value or not r.new or r.size is None:
            continue
        percent = r.size / r.old.value * 100
        if abs(percent) > LARGE_REVISION_PERCENT:
            shown = round_half_up(percent, 2)
            cases[r.key.indicator_id].append(f"{_place(r.key)}: {_plain(r.old)} -> {_plain(r.new)} ({shown:+f} %), {r.cause.en}")
    return [
        _grouped(
            "large_revision",
            "info",
            id_,
            registry,
            texts,
            as_of,
            "{title}：{count}处修订幅度超过1%。",
            "{title}: {count} value(s) revised by more than 1%.",
        )
        for id_, texts in cases.items()
    ]


def _idle_corrections(idle: Iterable[Correction], registry: Registry, as_of: date) -> list[Alert]:
    cases: dict[str, list[str]] = defaultdict(list)
    for correction in idle:
        cases[registry.takers(correction.match["series"])[0]].append(correction.id)
    return [
        _grouped(
            "correction_idle",
            "warning",
            id_,
            registry,
            texts,
            as_of,
            "{title}：{count}条更正没有匹配任何行；来源可能已改正，核实后请删除。",
            "{title}: {count} correction(s) met no row; the source may have been mended: if so, remove them.",
        )
        for id_, texts in cases.items()
    ]


def _grouped(
    rule: str,
    severity: Literal["error", "warning", "info"],
    id_: str,
    registry: Registry,
    texts: list[str],
    as_of: date,
    zh: str,
    en: str,
) -> Alert:
    title, count = registry.indicators[id_].title, len(texts)
    evidence = "; ".join(texts[:MAX_EVIDENCE]) + (f"; and {count - MAX_EVIDENCE} more" if count > MAX_EVIDENCE else "")
    return Alert(
        rule,
        severity,
        id_,
        "",
        "",
        zh.format(title=title.zh, count=count),
        en.format(title=title.en, count=count),
        evidence,
        as_of,
    )


def _place(key: Key) -> str:
    dims = [getattr(key, d) for d in ("ip_type", "owner_kind", "industry", "technology", "counterpart_area")]
    return " ".join([key.ref_area, key.time_period, *(d for d in dims if d != "_T")])


def _plain(figure: Figure) -> str:
    return "" if figure.value is None else f"{figure.value.normalize():f}"
