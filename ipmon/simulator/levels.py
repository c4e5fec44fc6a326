"""The levels of the simulated world: what assets/simulator.yaml declares.

Belongs here: the model of that file and loading it. Not here: anything drawn from it.
"""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from ipmon.declared import Declared, read_yaml, validated
from ipmon.errors import DeclarationError, IpmonError
from ipmon.paths import CHECKOUT

LEVELS = CHECKOUT / "assets" / "simulator.yaml"
Kind = Literal["invention", "utility_model", "design"]
IP_TYPES: tuple[Kind, ...] = ("invention", "utility_model", "design")
KINDS = ("enterprises", "universities", "research_institutes", "institutions", "individuals")

Yearly = dict[int, float]
Shares = dict[str, float]


class Calendar(Declared):
    """How busy a day is, relative to a usual working day."""

    spring_festival: list[date]
    holiday_factor: float
    weekend_factor: float
    noise: float
    month_factors: list[float] = Field(min_length=12, max_length=12)


class Examination(Declared):
    """Durations of patent procedures: months by year of disposal, shares, shapes."""

    requested: float
    requested_at_once: float
    start_months: float
    first_action: float
    shape: float
    months: Yearly
    fast_share: Yearly
    fast_factor: float
    registration_months: float
    announcement_days: tuple[int, int]


class Outcomes(Declared):
    """How cases end, and how long patents are kept."""

    granted: dict[Kind, float]
    refused: dict[Kind, float]
    abnormal: Yearly
    abnormal_withdrawn: float
    kept_a_year: dict[Kind, float]
    longest_years: dict[Kind, int]
    other_ends: float


class Parties(Declared):
    """Who applies for patents: shares of filings by kind, sizes of the kinds, areas."""

    each: float
    concentration: float
    shares: dict[Kind, Shares]
    sizes: Shares
    areas: Shares
    foreign_areas: Shares


class Technology(Declared):
    """IPC subclasses by falling rank, and the main groups below each."""

    skew: float
    groups: list[str]
    symbols: tuple[int, int]
    subclasses: list[str]


class Trademarks(Declared):
    """Trademark filings, durations, decisions, applicants and classes."""

    filings: Yearly
    months: Yearly
    shape: float
    decisions: Shares
    registration_months: float
    renewed: float
    cancelled: float
    each: float
    classes: list[int]
    areas: Shares


class Transactions(Declared):
    """Assignments and licences a year, and what they are like."""

    records: Yearly
    open_licences: Yearly
    licences: float
    universities: float
    amount_known: float
    amount_cny: float


class Inventory(Declared):
    """How the stock of universities and institutes is inventoried, month by month."""

    first_month: str
    inventoried: list[float]
    in_library: float
    self_grades: Shares
    firm_grades: Shares
    firms_matched: float
    hospitals: float
    unlisted: float
    converted_a_month: float


class Pledges(Declared):
    """Pledges a year: amounts in 100 million yuan, registrations, who pledges what."""

    amount: Yearly
    registrations: Yearly
    spread: float
    rights: Shares
    sizes: Shares
    firms: float


class Accounts(Declared):
    """Value added by group and year in 100 million yuan, gross domestic product, classes."""

    value_added: dict[str, Yearly]
    gdp: Yearly
    vintages: dict[int, str]
    productivity: int
    class_shares: list[float]
    classes: dict[str, list[str]]
    other_value_added: float


class Cities(Declared):
    """Where the outlets of the service network are: prefectures, cities of sub-provincial rank, and what is neither."""

    prefecture: list[str]
    sub_provincial: list[str]
    other: list[str]


class Services(Declared):
    """New products, enterprises and service outlets a year; `network_levels`: the levels of each kind of outlet."""

    patent_products: Yearly
    model_enterprises: Yearly
    service_network: Yearly
    ended_a_year: float
    output_cny: float
    levels: Shares
    network_levels: dict[str, Shares]
    cities: Cities


class Levels(Declared):
    """The whole world."""

    first_month: str
    last_month: str
    calendar: Calendar
    filings: dict[Kind, Yearly]
    examination: Examination
    outcomes: Outcomes
    applicants: Parties
    technology: Technology
    trademarks: Trademarks
    transactions: Transactions
    inventory: Inventory
    pledges: Pledges
    accounts: Accounts
    services: Services


def load_levels(path: Path = LEVELS, since: str | None = None) -> Levels:
    """The levels; every problem of the file is raised at once.

    `since`: the month (2023-07) in which the world begins instead. Raises IpmonError where the levels know nothing of it.
    """
    problems: list[str] = []
    levels = validated(Levels, read_yaml(path, problems), path.name, problems)
    if levels is None or problems:
        raise DeclarationError(problems)
    if since is None:
        return levels
    if not levels.first_month <= since <= levels.last_month:
        known = f"from {levels.first_month} to {levels.last_month}"
        raise IpmonError(f"--since {since}: the levels of the simulated world are known {known}; give one of these months.")
    return levels.model_copy(update={"first_month": since})
