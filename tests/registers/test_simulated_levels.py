"""The simulated world is as large, as seasonal and as uneven as published figures say, or assets/simulator.yaml assumes."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ipmon.simulator import pledges
from ipmon.simulator.amounts import monthly_counts
from ipmon.simulator.applicants import Population, patent_applicants, trademark_applicants
from ipmon.simulator.levels import IP_TYPES, load_levels
from ipmon.simulator.patents import DISPOSALS, Cases, cases
from ipmon.simulator.trademarks import marks
from ipmon.simulator.world import NEVER, Span, generator, years_of

RAW = Path(__file__).resolve().parents[2] / "data" / "raw"
LEVELS = load_levels()
SPAN = Span(LEVELS.first_month, LEVELS.last_month)
LARGE = 200_000
UNITS = {"万件": 1e4, "万项": 1e4, "万个": 1e4, "万笔": 1e4, "万次": 1e4, "万亿元": 1e4}  # in 亿元
VALUE_ADDED = {year: sum(group[year] for group in LEVELS.accounts.value_added.values()) for year in LEVELS.accounts.gdp}


@cache
def published() -> dict[tuple[str, str, str], set[float]]:
    """The shipped figures by series, area and period; of a series of several dimensions the totals."""
    found = defaultdict(set)
    for path in RAW.glob("*/*/*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                value = row["value"].lstrip("约").replace(".", "", 1)
                if value.isdigit() and row["dimension"] in ("", "total", "合计"):
                    key = row["series_id"], row["ref_area"], row["period"]
                    found[key].add(float(row["value"].lstrip("约")) * UNITS.get(row["unit"], 1))
    return found


@pytest.mark.parametrize(
    ("level", "series", "others"),
    [
        (LEVELS.filings["invention"], "invention_applications", {2012, 2024}),
        (LEVELS.filings["utility_model"], "utility_model_applications", {2012, 2024}),
        (LEVELS.filings["design"], "design_applications", {2012, 2024}),
        (LEVELS.trademarks.filings, "trademark_applications", {2021, 2022, 2024}),
        (LEVELS.examination.months, "invention_exam_pendency", {2018}),
        (LEVELS.trademarks.months, "trademark_exam_pendency", {2016, 2018}),
        (LEVELS.transactions.records, "patent_transfer_licence_records", {2012, 2019, 2023}),
        (LEVELS.pledges.amount, "pledge_amount", {2012, 2024}),
        (LEVELS.pledges.registrations, "pledge_projects", {2012, 2019, 2024}),
        (LEVELS.accounts.gdp, "gdp_current", {2018}),
        (VALUE_ADDED, "pii_value_added", set()),
    ],
)
def test_levels_are_published_figures(level: Mapping[int, float], series: str, others: set[int]) -> None:
    """All but the years named: these are assumed, of a month or derived, as the comments of assets/simulator.yaml say."""
    figures = {year: published()[series, "", str(year)] for year in level}
    as_printed = {y for y, value in level.items() if any(value == pytest.approx(figure, rel=1e-4) for figure in figures[y])}
    assert level.keys() - as_printed == others


@pytest.mark.parametrize(
    ("areas", "series", "period"),
    [
        (LEVELS.applicants.areas, "utility_models_in_force_domestic", "2022-12-31"),
        (LEVELS.trademarks.areas, "trademark_applications", "2024-Q3"),
    ],
)
def test_areas_have_published_figures(areas: Mapping[str, float], series: str, period: str) -> None:
    home = {area: value for area, value in areas.items() if area.startswith("CN-")}
    assert len(home) == 34
    assert {area: {value} for area, value in home.items()} == {area: published()[series, area, period] for area in home}


@dataclass(frozen=True)
class Drawn:
    """Cases of all years without their rows."""

    people: Population
    chunks: list[Cases]

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        return np.concatenate([getattr(chunk, name) for chunk in self.chunks])

    def years(self, name: str) -> NDArray[np.int64]:
        """The years of an event, 1970 where it never happens."""
        return years_of(np.where(self[name] < NEVER, self[name], 0))


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    people = patent_applicants(LEVELS, LARGE)
    return Drawn(people, list(cases(LEVELS, SPAN, people, LARGE, 11)))


def test_filings_are_in_proportion_to_the_published_ones(drawn: Drawn) -> None:
    """Of each year and kind, beside inventions of 2022."""
    years, kinds = drawn.years("filed"), drawn["ip"]
    unit = ((years == 2022) & (kinds == 0)).sum() / 1_619_268
    for place, kind in enumerate(IP_TYPES):
        for year, figure in LEVELS.filings[kind].items():
            assert ((years == year) & (kinds == place)).sum() == pytest.approx(figure * unit, rel=0.01), (kind, year)


def test_december_is_the_peak_of_every_year_and_the_month_of_the_spring_festival_the_least(drawn: Drawn) -> None:
    by_month = np.bincount(SPAN.month_of(drawn["filed"])).reshape(-1, 12)
    assert len(by_month) == 13
    assert (by_month.argmax(axis=1) == 11).all()
    assert (by_month[:, 11] / by_month.mean(axis=1) > 1.25).all()
    assert np.isin(by_month.argmin(axis=1), (0, 1)).all()


def test_the_spring_festival_is_a_dip(drawn: Drawn) -> None:
    """The eight days from its eve have a tenth of a usual day, which is an eighth of the average one with its weekends."""
    years, filed = drawn.years("filed"), drawn["filed"].astype("datetime64[D]")
    for festival in LEVELS.calendar.spring_festival[:13]:
        since = (filed - np.datetime64(festival)).astype(int)
        of_day = ((since >= -1) & (since < 7)).sum() / 8
        assert 0.08 < of_day / ((years == festival.year).sum() / 365.25) < 0.17


@pytest.mark.parametrize(("year", "months"), [(2018, 22), (2020, 20), (2021, 18.5), (2022, 16.5), (2023, 16), (2024, 15.5)])
def test_examination_takes_about_as_long_as_published(drawn: Drawn, year: int, months: float) -> None:
    closed = (drawn["started"] < NEVER) & (drawn.years("disposed") == year)
    taken = (drawn["disposed"] - drawn["started"])[closed] / 30.4375
    assert taken.mean() == pytest.approx(months, abs=1.2)


def test_cases_end_about_as_published(drawn: Drawn) -> None:
    """application_quality: 55 % of inventions closed in 2021 granted, 815,000 abnormal; national_annual: grants over filings."""
    closed = (drawn["ip"] == 0) & (drawn.years("disposed") == 2021)
    granted = drawn["disposal"][closed] == DISPOSALS.index("granted")
    assert granted.mean() == pytest.approx(0.55, abs=0.02)
    assert drawn["abnormal"][drawn.years("filed") == 2021].mean() == pytest.approx(0.078, abs=0.005)
    for place, share in ((1, 0.92), (2, 0.91)):  # 2019 to 2023, of the applications of the year before
        own, years = drawn["ip"] == place, range(2019, 2024)
        grants = (own & np.isin(drawn.years("granted"), years)).sum()
        assert grants / (own & np.isin(drawn.years("filed") + 1, years)).sum() == pytest.approx(share, abs=0.03)


def test_areas_are_as_uneven_as_declared(drawn: Drawn) -> None:
    """Utility models in force of 2022: Guangdong, Jiangsu and Zhejiang have 4,657,497 of 10,781,169, or 43.2 %."""
    areas = np.array(drawn.people.areas)[drawn.people.area[drawn["applicant"]]]
    home = np.char.startswith(areas, "CN-")
    assert np.isin(areas[home], ["CN-GD", "CN-JS", "CN-ZJ"]).mean() == pytest.approx(0.432, abs=0.02)


def test_a_few_applicants_have_most_of_the_filings(drawn: Drawn) -> None:
    """The rank is size x uniform ** 2: the first q of a group have the square root of q of its filings."""
    first, size = drawn.people.groups[0]
    rank = (drawn["applicant"] - first) / size
    enterprises = rank[(rank >= 0) & (rank < 1)]
    assert (enterprises < 0.01).mean() == pytest.approx(0.1, abs=0.01)
    assert (enterprises < 0.25).mean() == pytest.approx(0.5, abs=0.01)


def test_a_few_technologies_have_most_of_the_filings(drawn: Drawn) -> None:
    """Of 546 symbols with shares falling as rank ** -0.8, which sum to 13.20, the first has 1 / 13.20 and ten have 27.0 %."""
    main = drawn["classes"][drawn["classes"] >= 0] // LEVELS.technology.symbols[1]
    shares = np.bincount(main, minlength=546) / len(main)
    assert shares[0] == pytest.approx(0.0757, abs=0.003)
    assert shares[:10].sum() == pytest.approx(0.270, abs=0.005)


def test_a_nation_of_pledges_has_the_published_amounts() -> None:
    """pledge_financing, 100 million yuan, and registrations."""
    amounts, registrations = dict.fromkeys(SPAN.years, 0.0), dict.fromkeys(SPAN.years, 0)
    for found in pledges.pledged(LEVELS, SPAN, pledges.pledgors(LEVELS, 1.0), 1.0, 5):
        year = int(SPAN.year_of_month[found.month])
        amounts[year] += found.amount.sum() / 1e8
        registrations[year] += len(found.amount)
    for year, amount, number in ((2020, 2180, 12093), (2021, 3098, 17000), (2022, 4868.8, 28000), (2023, 8539.9, 42000)):
        assert amounts[year] == pytest.approx(amount, rel=0.05)
        assert registrations[year] == number


def test_a_nation_of_transactions_has_the_published_records() -> None:
    counts = monthly_counts(SPAN, LEVELS.calendar, LEVELS.transactions.records, 1.0, generator(1))
    by_year = {year: int(counts[SPAN.year_of_month == year].sum()) for year in (2021, 2024)}
    assert by_year == {2021: 420_000, 2024: 613_000}


@pytest.mark.parametrize(("year", "months"), [(2017, 8), (2019, 4.5), (2020, 4), (2024, 4)])
def test_trademarks_are_decided_about_as_fast_as_published(year: int, months: float) -> None:
    found = list(marks(LEVELS, SPAN, trademark_applicants(LEVELS, LARGE), LARGE, 3))
    filed, decided = (np.concatenate([getattr(chunk, name) for chunk in found]) for name in ("filed", "decided"))
    own = years_of(decided) == year
    assert (decided - filed)[own].mean() / 30.4375 == pytest.approx(months, abs=0.3)
