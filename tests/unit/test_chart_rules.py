"""The rules of charts: what a title may say of numbers, what a page must keep, that both languages show the same numbers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ipmon.charts import theme
from ipmon.charts.cells import TOTALS, Cell, TargetCell
from ipmon.charts.checks import check
from ipmon.charts.findings import agree, moved, news
from ipmon.charts.numerals import numerals, same_numbers
from ipmon.charts.picture import ChartError, Line, Panel, Picture, Point
from ipmon.charts.scene import Bar, Box, Dot, Mark, Scene, Stroke, Words
from ipmon.declared import Text


def cell(period: str, value: str, low: str | None = None, high: str | None = None, **changes: Any) -> Cell:
    """A national value, printed to one decimal unless its ends are given; '' is an open one."""
    number, half = Decimal(value), Decimal("0.05")
    ends = [Decimal(end) if end else None if end == "" else usual for end, usual in ((low, number - half), (high, number + half))]
    row: dict[str, Any] = {"indicator_id": "i", "freq": "A", "time_period": period, "accumulation": "period", "value": number}
    row |= {"value_low": ends[0], "value_high": ends[1], "unit": "percent", "factor": 1, "decimals": 1, "publisher": "CNIPA"}
    row |= {"released_on": date(2026, 1, 1), **TOTALS, "period_end": date(int(period[:4]), 12, 31), "obs_status": "A"}
    row |= {"basis": "published", "quality": "official", "delivery_id": "d", "locator": "l", "revised": False}
    return Cell(**row | changes)


def years(*values: str, first: int = 2020) -> list[Cell]:
    return [cell(str(first + n), value) for n, value in enumerate(values)]


def target(operator: str, value: str) -> TargetCell:
    number, document = Decimal(value), Text(zh="指引", en="Guideline")
    return TargetCell("t", "i", document, operator, "at_least", number, Decimal(0), "percent", 2020)


# Which way it moved


@pytest.mark.parametrize(
    ("before", "now", "word"),
    [
        (cell("2023", "16.0"), cell("2024", "15.9"), "fell"),  # up to 15.95, from 15.95
        (cell("2023", "16.0"), cell("2024", "16.1"), "rose"),
        (cell("2023", "16.0"), cell("2024", "16.0"), "unchanged"),
        (cell("2023", "15.5"), cell("2024", "15", "14.5", "15.5", decimals=0), "level"),  # both may be 15.46
        (cell("2023", "45.0"), cell("2024", "50", "50", ""), "rose"),  # over 50
        (cell("2023", "60.0"), cell("2024", "50", "50", ""), "stood"),  # over 50 may be 60
        (cell("2023", "60.0"), cell("2024", "50", "", "50"), "fell"),  # under 50
        (cell("2023", "5", "5", "5"), cell("2024", "5", "5", "5"), "unchanged"),
        (cell("2023", "5", "5", "5"), cell("2024", "6", "6", "6"), "rose"),
    ],
)
def test_a_direction_is_said_where_the_printed_precision_makes_it_certain(before: Cell, now: Cell, word: str) -> None:
    assert moved([before, now]) == word


def test_a_single_value_has_no_direction() -> None:
    assert moved(years("5.0")) == "stood"


# What is new


@pytest.mark.parametrize(
    ("values", "clause"),
    [
        (("1.0", "3.0", "2.0", "4.0"), ", highest in 4 years"),
        (("4.0", "3.0", "2.0", "1.0"), ", lowest in 4 years"),
        (("1.0", "2.0", "4.0", "3.0"), ", first fall in 3 years"),  # three changes
        (("4.0", "2.0", "1.0", "3.0"), ", first rise in 3 years"),
        (("1.0", "4.0", "2.0", "3.0"), ""),
        (("1.0", "2.0", "4.0", "4.0"), ""),
        (("1.0", "2.0", "3.0"), ""),  # too few to speak of a record
    ],
)
def test_what_is_new_about_the_last_value(values: tuple[str, ...], clause: str) -> None:
    assert news(years(*values), None, False, "en") == clause


def test_nothing_is_a_record_over_a_break_a_gap_or_parts_of_years() -> None:
    rising = years("1.0", "2.0", "3.0", "4.0")
    assert news(rising, None, True, "en") == ""
    assert news([*rising[:3], cell("2024", "4.0")], None, False, "en") == ""
    assert news([replace(c, freq="M", time_period=f"{c.time_period}-06") for c in rising], None, False, "en") == ""


def test_a_value_that_may_equal_an_earlier_one_is_no_record() -> None:
    open_start = [cell("2020", "1.0", "1", ""), *years("2.0", "3.0", "4.0", first=2021)]
    assert news(open_start, None, False, "en") == ""


@pytest.mark.parametrize(
    ("operator", "number", "values", "clause"),
    [
        (">=", "3", ("1.0", "2.0", "3.1"), ", at the target for the first time"),
        (">=", "3", ("1.0", "2.0", "3.0"), ""),  # 3.0 may be 2.96
        (">=", "2", ("1.0", "2.1", "3.0"), ""),  # reached the year before
        (">", "3", ("1.0", "2.0", "3.1"), ", above the target for the first time"),
        ("<=", "2", ("3.0", "1.9"), ", at the target for the first time"),
    ],
)
def test_a_target_reached_for_the_first_time(operator: str, number: str, values: tuple[str, ...], clause: str) -> None:
    assert news(years(*values), target(operator, number), False, "en") == clause


def test_values_agree_where_their_intervals_meet() -> None:
    assert agree(cell("2024", "16", "15.5", "16.5"), cell("2024", "16.3"))
    assert not agree(cell("2024", "16", "15.5", "16.5"), cell("2024", "16.6"))
    assert agree(cell("2024", "16", "16", ""), cell("2024", "99.0"))


# What a page must keep


def page(*marks: Mark) -> Scene:
    return Scene("planted", lambda text, size: size * len(text), height=100, marks=list(marks))


def label(x: float, colour: str = theme.INK) -> Words:
    return Words(x, 50, "16.5", 12, colour, 40)


AXES = Box(100, 20, 200, 80)


def test_a_page_that_keeps_every_rule_passes() -> None:
    scene = page(label(20), Bar(Box(220, 20, 300, 80), theme.SERIES[0]), label(240, theme.PAPER))
    scene.draw([Bar(Box(100, 30, 120, 80), theme.SERIES[1]), Dot(200, 50, "o", theme.SERIES[2])], AXES)
    check(scene)


@pytest.mark.parametrize(
    ("marks", "problem"),
    [
        ((label(690),), "clipped"),
        ((label(20), label(50)), "overlap"),
        ((label(20, "#AAAAAA"),), r"the text '16.5' has a contrast of 2.3"),  # 1.05 / (0.4020 + 0.05)
        ((Bar(Box(10, 30, 90, 60), theme.SERIES[0]), label(20)), "contrast of 1.4 with what is behind it"),  # 0.1024 / 0.0712
        ((Stroke(((0, 0), (9, 9)), "#CCCCCC"),), "a stroke of #CCCCCC"),
        ((Dot(20, 20, "o", "#CCCCCC"),), "a dot of #CCCCCC"),
        ((Bar(Box(10, 30, 20, 60), theme.SERIES[0]), Bar(Box(20, 30, 30, 60), theme.SERIES[2])), "neighbours of"),
    ],
)
def test_a_broken_rule_is_named(marks: tuple[Mark, ...], problem: str) -> None:
    with pytest.raises(ChartError, match=f"planted: .*{problem}"):
        check(page(*marks))


@pytest.mark.parametrize(
    "mark",
    [
        Bar(Box(100, 10, 120, 80), theme.SERIES[0]),
        Stroke(((150, 50), (210, 50)), theme.SERIES[0]),
        Dot(210, 50, "o", theme.SERIES[0]),
    ],
)
def test_data_outside_their_axes_are_found(mark: Mark) -> None:
    scene = page()
    scene.draw([mark], AXES)
    with pytest.raises(ChartError, match="data are drawn outside their axes"):
        check(scene)


def test_neighbours_may_be_alike_with_paper_between_them() -> None:
    check(page(Bar(Box(10, 30, 20, 60), theme.SERIES[0]), Bar(Box(21.5, 30, 30, 60), theme.SERIES[2])))


def test_every_shade_carries_readable_text() -> None:
    assert all(max(theme.contrast(shade, ink) for ink in (theme.PAPER, theme.INK)) >= 4.5 for shade in theme.SHADES)
    greys = [theme.luminance(shade) for shade in theme.SHADES]
    assert greys == sorted(greys, reverse=True)


# The same numbers in both languages


def picture(lang: Any, title: str, value: float = 16.5) -> Picture:
    panel = Panel("", (Line("", (Point(2023, "2023", value, str(value)),)),))
    return Picture("planted", "bars", lang, "", title, "", (), "", "", (panel,))


def test_months_and_halves_in_words_count_as_digits() -> None:
    assert numerals("2024年1—9月8,539.9亿元") == numerals("CNY 8,539.9 in Jan–Sep 2024")
    assert numerals("2024年上半年") == numerals("H1 2024")


def test_a_unit_that_holds_digits_in_one_language_does_not_count() -> None:
    unit = Text(zh="万件", en="10,000 items")
    same_numbers([picture("zh", "升至49.7万件"), picture("en", "rose to 49.7 × 10,000 items")], [unit])


@pytest.mark.parametrize(
    ("en", "where"), [(picture("en", "It rose to 16.4"), "title"), (picture("en", "It rose to 16.5", 16.4), "values")]
)
def test_another_number_in_one_language_is_found(en: Picture, where: str) -> None:
    with pytest.raises(ChartError, match=f"planted: the {where} shows 16.*in one language only"):
        same_numbers([picture("zh", "升至16.5"), en], [])
