"""Wordings, numerals and missing signs against readings worked by hand.

Belongs here: ipmon.wordings with the rules as declared. Not here: units and periods.
"""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from ipmon.paths import CHECKOUT
from ipmon.wordings import Reading, load_rules, numeral, read

RULES_FILE = CHECKOUT / "assets" / "dimensions" / "wordings.yaml"
PROBLEMS: list[str] = []
RULES = load_rules(RULES_FILE, PROBLEMS)
FIGURES = CHECKOUT.parent / "shared" / "figures"


def ends(reading: Reading) -> tuple[str | None, str | None]:
    """Both ends as plain text, None where open."""
    low, high = reading.interval.low, reading.interval.high
    return (None if low is None else f"{low:f}", None if high is None else f"{high:f}")


def test_declared_rules_hold() -> None:
    assert PROBLEMS == []


@pytest.mark.parametrize(
    ("value", "number", "low", "high"),
    [
        ("79.8", "79.8", "79.75", "79.85"),
        ("1662269", "1662269", "1662268.5", "1662269.5"),
        ("9.40", "9.40", "9.395", "9.405"),
        ("-5483", "-5483", "-5483.5", "-5482.5"),
        ("0", "0", "-0.5", "0.5"),
        ("超过68.3", "68.3", "68.3", None),
        ("超4.2", "4.2", "4.2", None),
        ("突破18", "18", "18", None),
        ("97%以上", "97", "97", None),
        ("八成以上", "80", "80", None),
        ("上万", "10000", "10000", None),
        ("近3.5", "3.5", None, "3.5"),
        ("接近2800", "2800", None, "2800"),
        ("约16", "16", "15", "17"),
        ("约164.8", "164.8", "164.7", "164.9"),
        ("约2000", "2000", "1000", "3000"),
        ("4200余", "4200", "4200", "4300"),
        ("9000余", "9000", "9000", "10000"),
        ("1700多", "1700", "1700", "1800"),
        ("193000", "193000", "192500", "193500"),
    ],
)
def test_value_wordings(value: str, number: str, low: str | None, high: str | None) -> None:
    reading = read(value, "", RULES)
    assert reading.value == Decimal(number)
    assert ends(reading) == (low, high)


@pytest.mark.parametrize(
    ("value", "note", "low", "high"),
    [
        ("4000", "首次突破4000亿元; 惠及企业2.6万家, 其中70.5%为中小微; printed: >4000", "4000", None),
        ("1.7", "printed: over 1.7 million", "1.7", None),
        ("199000", "ten-year cumulative; printed: 199000+", "199000", None),
        ("57830", "at least", "57830", None),
        ("550", "550家以上; reprint", "550", None),
        ("7", 'printed "less than 7 months"; mirror', None, "7"),
        ("34", "printed: just under 34", None, "34"),
        ("5", "printed: below 5", None, "5"),
        ("3", "printed within 3 months; CCTV text", None, "3"),
        ("15", "printed: about 15", "14", "16"),
        ("4424", "printed about 44.24 million; English source", "4423", "4425"),
        ("112000", "ten-year cumulative, approximate", "111000", "113000"),
        ("200", "approximately", "100", "300"),
        ("42", "about 42%", "41", "43"),
        ("2.8", "2.8万余件", "2.8", "2.9"),
        ("1.2", "1.2万余家", "1.2", "1.3"),
        ("18000", "rounded in the report (1.8万/2.9万 etc.)", "17500", "18500"),
        ("410", "printed US$ 41 billion; English source, number rescaled to the Chinese unit without rounding", "405", "415"),
        ("40.98", "printed USD 40.98 billion; the exact figure behind 41", "40.975", "40.985"),
    ],
)
def test_note_wordings(value: str, note: str, low: str | None, high: str | None) -> None:
    assert ends(read(value, note, RULES)) == (low, high)


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("43.1", "+2.9 pp on 2020; about 70% in strategic emerging industries"),
        ("146.5", "printed 1.465 million, about 39.8% of 3.683 million"),
        ("25.8", 'printed "about 10 percentage points higher than the average level of scientific research institutions"'),
        ("22.8", 'printed "more than seven times the average level of universities"'),
        ("3.4", "2.7% above preliminary"),
        ("63.6", "over 60% of valid inventions of universities and institutes; reprint"),
        ("10", "printed: only 10"),
        ("2407.7", "Jan-Oct; already above the whole of 2020"),
        ("2.8", "printed growth 4.8% a year"),
    ],
)
def test_a_wording_about_another_number_changes_nothing(value: str, note: str) -> None:
    reading = read(value, note, RULES)
    half = reading.step / 2
    assert reading.kind is None
    assert reading.interval.low == Decimal(value) - half and reading.interval.high == Decimal(value) + half


def test_value_wording_goes_before_the_note() -> None:
    reading = read("近8000", 'printed "nearly 8,000", upper bound; number rescaled to the Chinese unit without rounding', RULES)
    assert ends(reading) == (None, "8000")
    assert reading.low_open and not reading.high_open


@pytest.mark.parametrize(
    ("text", "number", "obs_status", "conf_status"),
    [
        ("１２３", "123", "A", "F"),
        ("1,234", "1234", "A", "F"),
        ("12.3%", "12.3", "A", "F"),
        ("1 234", "1234", "A", "F"),
        ("0", "0", "A", "F"),
        ("—", None, "M", "F"),
        ("…", None, "M", "F"),
        ("-", None, "M", "F"),
        ("", None, "M", "F"),
        ("不足3件", None, "Q", "C"),
    ],
)
def test_numerals_and_missing_signs(text: str, number: str | None, obs_status: str, conf_status: str) -> None:
    reading = read(text, "", RULES)
    assert reading.value == (None if number is None else Decimal(number))
    assert (reading.obs_status, reading.conf_status) == (obs_status, conf_status)


def test_suppressed_count_keeps_its_upper_end() -> None:
    assert ends(read("不足3件", "", RULES)) == (None, "3")


def test_months_and_days() -> None:
    """7 + 2 / 30.4375 = 7.0657084…, known to half a day either way (0.0164271 months)."""
    reading = read("7个月2天", "printed 7 months and 2 days", RULES)
    assert reading.value == Decimal("7.065708")
    assert reading.interval.low is not None and reading.interval.high is not None
    assert reading.interval.low.quantize(Decimal("0.0001")) == Decimal("7.0493")
    assert reading.interval.high.quantize(Decimal("0.0001")) == Decimal("7.0821")


@pytest.mark.parametrize(
    ("value", "step"), [("9.4", "0.1"), ("13.90", "0.01"), ("140967", "1"), ("193000", "1000"), ("约600", "100")]
)
def test_step(value: str, step: str) -> None:
    assert read(value, "", RULES).step == Decimal(step)


@pytest.mark.parametrize("text", ["1,23", "12,3456", "七成", "超过很多", "1.2.3", "3-1", "1E5", "N/A", "12 件"])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="neither a number nor a known wording"):
        read(text, "", RULES)


def test_full_width_and_minus() -> None:
    assert numeral("−１,２３４．５％") == Decimal("-1234.5")


def test_a_bad_rule_is_named(tmp_path: Path) -> None:
    file = tmp_path / "wordings.yaml"
    file.write_text("- {where: value, kind: about, pattern: '('}\n- {where: title, kind: about, pattern: x}\n", "utf-8")
    problems: list[str] = []
    assert load_rules(file, problems) == []
    assert any(p.startswith("wordings.yaml: rule 1: pattern:") for p in problems)
    assert any(p.startswith("wordings.yaml: rule 2: where:") for p in problems)


@pytest.mark.skipif(not FIGURES.is_dir(), reason="the shared folder with the published figures is not beside this checkout")
def test_every_published_figure_is_read() -> None:
    """All rows are read, and exactly the 71 that are no plain numeral are wordings inside the value."""
    worded = 0
    for path in sorted(FIGURES.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                assert read(row["value"], row["note"], RULES).value is not None, (path.name, row)
                worded += not row["value"].lstrip("-").replace(".", "", 1).isdigit()
    assert worded == 71
