"""What the measures that bring patents to industries must give: density, and the list of intensive classes computed anew.

Belongs here: inventions by class of the accounts. Not here: the accounts themselves (accounts.py).
"""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ipmon.paths import CHECKOUT
from ipmon.simulator.accounts import class_values
from ipmon.simulator.levels import Accounts
from ipmon.simulator.truth import Cells, Truth, View
from ipmon.simulator.world import Floats, Span

CONCORDANCE = CHECKOUT / "assets" / "measures" / "ipc_industries.csv"
WINDOW = 5
PER_EMPLOYEES = 10_000


def concordance(path: Path = CONCORDANCE) -> dict[str, set[str]]:
    """The industries of each IPC subclass."""
    found: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["ipc"], set()).add(row["industry"])
    return found


def report(rules: Accounts, span: Span, lists: list[list[str]], granted: Cells, truth: Truth) -> None:
    """For each year that ends five full years of accounts and patents.

    `granted`: inventions by year of grant and list of symbols.
    """
    whole = [y for y in rules.gdp if span.first <= f"{y}-01" and f"{y}-12" <= span.last]
    years = [y for y in sorted(whole) if all(y - n in whole for n in range(WINDOW))]
    if not years:
        return
    industries = [industry for group in rules.classes.values() for industry in group]
    added = {y: np.array([value for group in rules.classes for value in class_values(rules, group, y)]) for y in whole}
    parts = granted.sums @ _parts(lists, industries)
    patents = {y: parts[span.years.index(y)] for y in whole}
    jobs = {y: added[y] // rules.productivity for y in whole}
    held, people = _rolled(patents, years), _rolled(jobs, years)
    _report_density(rules, years, held, people, truth)
    _report_list(rules, years, held, people, np.stack([added[y] for y in years]), np.stack([jobs[y] for y in years]), truth)


def _parts(lists: list[list[str]], industries: list[str]) -> Floats:
    """What a patent with each list of symbols gives each industry: an nth, where it belongs to n industries."""
    known, parts = concordance(), np.zeros((len(lists), len(industries)))
    for place, symbols in enumerate(lists):
        own = set().union(*(known.get(symbol[:4], set()) for symbol in symbols))
        parts[place] = [1 / len(own) if industry in own else 0 for industry in industries]
    return parts


def _rolled(by_year: dict[int, NDArray[np.number]], years: list[int]) -> Floats:
    """Sums over the five years up to each of `years`, by year and class."""
    return np.stack([np.sum([by_year[y - n] for n in range(WINDOW)], axis=0) for y in years]).astype(float)


def _density(patents: Floats, jobs: Floats) -> Floats:
    """Inventions of five years per 10,000 employees of an average year."""
    density: Floats = patents * PER_EMPLOYEES * WINDOW / jobs
    return density


def _report_density(rules: Accounts, years: list[int], patents: Floats, jobs: Floats, truth: Truth) -> None:
    group = np.repeat(list(rules.classes), [len(own) for own in rules.classes.values()])
    members = (group[:, None] == list(rules.value_added)).astype(float)
    for views, sets in (
        ({}, members.sum(axis=1)),
        ({"industry": View("industry", list(rules.value_added))}, members),
    ):
        columns = {"inventions": patents @ sets, "density": _density(patents @ sets, jobs @ sets)}
        truth.table("pii_density", [str(y) for y in years], views, columns)


def _report_list(
    rules: Accounts, years: list[int], patents: Floats, jobs: Floats, added: Floats, employed: Floats, truth: Truth
) -> None:
    """Ours are the classes denser than all together and, by value added or employment, larger than the average one."""
    official = np.array([group in rules.value_added for group, own in rules.classes.items() for _ in own])
    ruled = np.isin([i for own in rules.classes.values() for i in own], [i for found in concordance().values() for i in found])
    threshold = _density(patents.sum(axis=1), jobs.sum(axis=1))
    large = (added > added.mean(axis=1, keepdims=True)) | (employed > employed.mean(axis=1, keepdims=True))
    ours = (_density(patents, jobs) > threshold[:, None]) & large
    columns = {
        "agreed": (ruled & ours & official).sum(axis=1),
        "only_ours": (ruled & ours & ~official).sum(axis=1),
        "only_official": (ruled & ~ours & official).sum(axis=1),
        "without_rule": np.full(len(years), (~ruled & official).sum()),
        "threshold": threshold,
    }
    truth.table("pii_list", [str(y) for y in years], {}, columns)
