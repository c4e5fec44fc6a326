"""Alerts: one a rule and indicator, with what raised it."""

from datetime import date
from decimal import Decimal

from make_figures import between, book, day, figure, key, registry

from ipmon.alerts import MAX_EVIDENCE, Alert, alerts
from ipmon.corrections import Correction
from ipmon.declared import Text
from ipmon.figures import Figure
from ipmon.identities import Reconciliation
from ipmon.intervals import Verdict
from ipmon.revisions import Revision

TODAY = date(2024, 6, 1)
DECLARED = registry(grants={}, loans={"series": ["loans", "lending"]})


def raised(
    *figures: Figure, compared: list[Reconciliation] | None = None, revised: list[Revision] | None = None, idle: int = 0
) -> list[Alert]:
    mended = [
        Correction(id=f"typo_{n}", match={"series": "lending"}, action="note", reason=Text(zh="误", en="typo"), provider="x")
        for n in range(idle)
    ]
    return alerts(book(*figures), DECLARED, compared or [], revised or [], mended, TODAY)


def test_nothing_wrong_raises_nothing() -> None:
    assert raised(figure("100", "2024-01-01"), figure("100.4", "2024-02-01", step="0.1")) == []


def test_two_sources_that_cannot_both_be_right() -> None:
    official = figure("160", "2024-01-01", publisher="IP5")
    (alert,) = raised(official, figure("125", "2024-02-01", quality="secondary", publisher="third party"))
    assert (alert.alert_id, alert.severity, alert.raised_on) == ("sources_contradict:grants", "warning", TODAY)
    assert alert.evidence == "CN 2024: 160 (IP5) / 125 (third party)"
    assert alert.message_en.startswith("Indicator: sources contradict each other on 1 value(s)")
    assert alert.message_zh.startswith("指标：1处来源互相矛盾")


def test_a_revised_stage_or_a_corrected_file_is_no_contradiction() -> None:
    stages = figure("100", "2024-01-01", stage="preliminary"), figure("120", "2024-06-01", stage="final")
    assert raised(*stages) == []
    assert raised(figure("100", "2024-01-01", retired_on=day("2024-03-01")), figure("120", "2024-03-01")) == []


def test_a_source_that_came_back_is_told_once() -> None:
    late = figure("125", "2024-02-01", quality="secondary", publisher="B")
    best = figure("160", "2024-03-01", publisher="A", retired_on=day("2024-04-01"))
    again = figure("170", "2024-05-01", publisher="C")
    (alert,) = raised(late, best, again)
    assert alert.evidence == "CN 2024: 170 (C) / 125 (B)"


def reconciliation(period: str, verdict: Verdict) -> Reconciliation:
    about = key(period=period)
    return Reconciliation("origins", about, figure("10", "2024-01-01", about), Decimal(9), between("9", "9"), verdict, 2, 2, "")


def test_a_thousand_broken_identities_are_one_alert() -> None:
    years = [str(year) for year in range(1000, 2000)]
    (alert,) = raised(compared=[reconciliation(year, "contradicts") for year in years])
    assert alert.alert_id == "identity_contradicted:grants"
    assert "1000 value(s) contradict" in alert.message_en
    assert alert.evidence.startswith("origins CN 1000: 10 / 9; ")
    assert alert.evidence.endswith(f"; and {1000 - MAX_EVIDENCE} more")


def test_what_agrees_or_cannot_be_told_is_no_alert() -> None:
    assert raised(compared=[reconciliation("2023", "agrees"), reconciliation("2024", "cannot tell")]) == []


def revision(old: str, new: str, kind: str = "revised", basis: str = "published") -> Revision:
    figures = figure(old, "2024-01-01"), figure(new, "2024-02-01")
    return Revision(key(), basis, day("2024-02-01"), *figures, kind, Text(zh="更正", en="corrected delivery"))  # type: ignore[arg-type]


def test_a_revision_by_more_than_one_percent_is_told() -> None:
    (alert,) = raised(revised=[revision("200", "197")])
    assert (alert.rule, alert.severity) == ("large_revision", "info")
    assert alert.evidence == "CN 2024: 200 -> 197 (-1.50 %), corrected delivery"


def test_small_refined_and_derived_revisions_are_not() -> None:
    assert raised(revised=[revision("200", "198"), revision("0", "5")]) == []
    assert raised(revised=[revision("200", "250", kind="refined"), revision("200", "250", basis="derived")]) == []


def test_a_correction_that_met_no_row_is_told_under_the_indicator_that_takes_its_series() -> None:
    (alert,) = raised(idle=2)
    assert (alert.alert_id, alert.evidence) == ("correction_idle:loans", "typo_0; typo_1")
    assert "2 correction(s) met no row" in alert.message_en


def test_alerts_come_in_a_stable_order() -> None:
    found = raised(compared=[reconciliation("2023", "contradicts")], revised=[revision("200", "100")], idle=1)
    ids = [a.alert_id for a in found]
    assert ids == ["correction_idle:loans", "identity_contradicted:grants", "large_revision:grants"]
