"""Patent-intensive industries: what they add, how densely they hold inventions, and whether the list can be found again.

Belongs here: class accounts, and patents brought to industry classes. Not here: the published accounts (see assets/sources).
"""

from functools import cache
from pathlib import Path

import ibis
import polars as pl

from assets.measures.month_ends import percent
from ipmon.registers.measure import measure

VINTAGES = {"first": 1, "final": 2, "census": 3}
YEARS = 5
WHOLE = 720_720
"""One patent as an integer that every number of classes up to 16 divides, so that fractions add up exactly in any order."""
SLICES: tuple[tuple[str, ...], ...] = ((), ("industry",))
TOTAL = "_T"


@measure("industry_accounts", windows=("year",), slices=SLICES)
def pii_accounts(accounts: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Patent-intensive industries in the newest vintage of a year, all and by group.

    In: one row a class, year and vintage. Out: `value_added` in CNY; `share_of_gdp` in percent, of the GDP of the same vintage.
    Source: guideline/methodology, 2.7.
    """
    intensive = newest(accounts).mutate(industry=ibis._.group).filter(ibis._.group.notnull())
    added = intensive.value_added.sum()
    return intensive.group_by(by).agg(value_added=added, share_of_gdp=percent(added, intensive.gdp.max()))


@measure("patent_events", windows=("month",), slices=SLICES, additive=True)
def industry_inventions(events: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Inventions granted in the period by industry class, as `shares` in parts of `WHOLE`.

    A patent in n classes gives each an nth; one in none stays whole, without a class. Patents with one list of symbols are alike
    and are placed once. Source: guideline/methodology, 2.7.
    """
    granted = events.filter(events.event == "granted", events.ip_type == "invention").drop("industry")
    symbols = granted.select("ipc_all").distinct().mutate(symbol=ibis._.ipc_all.split(";").unnest())
    placed = symbols.mutate(ipc=symbols.symbol.strip().substr(0, 4)).inner_join(ibis.memtable(rules()), "ipc")
    classes = placed.select("ipc_all", "industry").distinct()
    parted = classes.mutate(part=WHOLE // classes.count().over(group_by="ipc_all"))
    shared = granted.left_join(parted, "ipc_all")
    return shared.group_by(by).agg(shares=shared.part.fill_null(WHOLE).sum())


@measure("industry_accounts", industry_inventions, windows=("history",), slices=SLICES)
def pii_density(accounts: ibis.Table, inventions: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """Inventions granted in the five years up to each year to patent-intensive industries, per 10,000 employees.

    Out: `inventions`, a patent of several classes in equal parts; `density`, over the average employment of the five years.
    """
    classes = class_densities(accounts, inventions)
    intensive = classes.filter(classes.group.notnull()).mutate(period=classes.year.cast("string"), industry=classes.group)
    return intensive.group_by(by).agg(
        inventions=intensive.shares.sum().cast("float64") / WHOLE,
        density=_density(intensive.shares.sum(), intensive.jobs.sum()),
    )


@measure("industry_accounts", industry_inventions, windows=("history",), slices=((),))
def pii_list(accounts: ibis.Table, inventions: ibis.Table, by: tuple[str, ...]) -> ibis.Table:
    """The list of patent-intensive classes computed anew, against the official grouping, among the classes that have an IPC rule.

    Out: classes `agreed`, `only_ours`, `only_official`; `without_rule`, official classes that no IPC rule names; `threshold`,
    the density of all industries. Source: guideline/methodology, 2.7: above-average density, plus a size test, here value added
    or employment above the average class. R&D intensity is not in the registers.
    """
    classes = _tested(class_densities(accounts, inventions)).mutate(period=ibis._.year.cast("string"))
    official, ruled = classes.group.notnull(), classes.industry.isin(rules()["industry"].unique().to_list())
    return classes.group_by(by).agg(
        agreed=classes.count(where=ruled & classes.ours & official),
        only_ours=classes.count(where=ruled & classes.ours & ~official),
        only_official=classes.count(where=ruled & ~classes.ours & official),
        without_rule=classes.count(where=~ruled & official),
        threshold=classes.threshold.max(),
    )


@cache
def rules() -> pl.DataFrame:
    """The concordance ipc_industries.csv: `ipc` (a subclass) and `industry` (a class), our own and no official table."""
    return pl.read_csv(Path(__file__).parent / "ipc_industries.csv", infer_schema=False)


def newest(accounts: ibis.Table) -> ibis.Table:
    """Of each year the rows of its newest vintage: census, else final, else first."""
    ranked = accounts.mutate(rank=accounts.vintage.cases(*VINTAGES.items()))
    latest = ranked.group_by("year").agg(rank=ranked.rank.max())
    return ranked.semi_join(latest, ["year", "rank"])


def class_densities(accounts: ibis.Table, inventions: ibis.Table) -> ibis.Table:
    """One row a class and year with five full years of accounts, and all sixty months of patents, behind it.

    In: accounts, and the months of `industry_inventions`, each with a total. Out, beside the columns of the accounts: `shares`,
    inventions granted over the five years, in parts of `WHOLE`; `jobs`, employment added up over them; `density`, inventions per
    10,000 employees.
    """
    granted = inventions.mutate(year=inventions.period.substr(0, 4).cast("int32"))
    shares = granted.filter(granted.industry != TOTAL).group_by(["industry", "year"]).agg(shares=ibis._.shares.sum())
    months = granted.filter(granted.industry == TOTAL).group_by("year").agg(months=ibis._.period.nunique())
    joined = newest(accounts).inner_join(months, "year").left_join(shares, ["industry", "year"])
    known = joined.mutate(shares=joined.shares.fill_null(0))
    window = ibis.range_window(preceding=YEARS - 1, following=0, group_by="industry", order_by="year")
    rolled = known.mutate(
        shares=known.shares.sum().over(window),
        jobs=known.employment.sum().over(window),
        years=known.count().over(window),
        months=known.months.sum().over(window),
    )
    full = rolled.filter(rolled.years == YEARS, rolled.months == YEARS * 12)
    return full.mutate(density=_density(full.shares, full.jobs))


def _density(shares: ibis.Value, jobs: ibis.Value) -> ibis.Value:
    """Inventions per 10,000 employees, from parts of `WHOLE` and employment added up over the years."""
    return shares.cast("float64") / WHOLE * 10_000 * YEARS / jobs.cast("float64").nullif(0)


def _tested(classes: ibis.Table) -> ibis.Table:
    """Adds `threshold`, the density of all classes of a year, and `ours`: denser than that, and larger than the average class."""
    year = ibis.window(group_by="year")
    weighed = classes.mutate(
        threshold=_density(classes.shares.sum().over(year), classes.jobs.sum().over(year)),
        average_added=classes.value_added.sum().over(year).cast("float64") / classes.count().over(year),
        average_jobs=classes.employment.sum().over(year).cast("float64") / classes.count().over(year),
    )
    added, jobs = weighed.value_added.cast("float64"), weighed.employment.cast("float64")
    large = (added > weighed.average_added) | (jobs > weighed.average_jobs)
    return weighed.mutate(ours=((weighed.density > weighed.threshold) & large).fill_null(False))
