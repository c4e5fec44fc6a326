"""What a world of eighteen months cannot show, held to its truth in one of thirteen years.

Its facts are read straight from the simulated files, so that neither intake nor a release is paid for a second time.
"""

from collections.abc import Callable
from pathlib import Path

import ibis
import polars as pl
import pytest
from truths import ONLY_LONGER, Cells, is_shown, read_truths, slice_of

from assets import declarations
from assets.measures import measures
from ipmon.dimensions import DIMENSIONS
from ipmon.registers.cells import numbers, rolled, through, totalled
from ipmon.registers.contract import Register
from ipmon.registers.measure import Basis, Measure, Window
from ipmon.simulator.levels import Levels, load_levels
from ipmon.simulator.simulate import simulate

MEASURED = {id_: i.measured for id_, i in declarations().registry.indicators.items() if i.measured}
HELD = sorted({MEASURED[id_].measure for id_ in ONLY_LONGER} | {"inventory_coverage", "service_network", "theme_inventions"})
MEASURES = {m.id: m for m in measures()}
SNAPSHOTS = 31
TYPED: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "date": lambda text: text.str.to_date(),
    "integer": lambda text: text.cast(pl.Int64),
    "year": lambda text: text.cast(pl.Int32),
    "amount": lambda text: text.cast(pl.Float64),
    "flag": lambda text: text == "1",
}


def longer() -> Levels:
    """Many snapshots, institutions that they do not list; fast-track cases as slow as others; computers (3911) not on the list;
    symbols that a theme leaves out.
    """
    levels = load_levels()
    inventory = {"first_month": "2022-06", "inventoried": [(n + 1) / SNAPSHOTS for n in range(SNAPSHOTS)], "unlisted": 0.5}
    classes = levels.accounts.classes | {
        "ict_manufacturing": ["5212", "3921", "3973", "3985"],
        "other": ["3911", "0111", "4710", "6620"],
    }
    return levels.model_copy(
        update={
            "inventory": levels.inventory.model_copy(update=inventory),
            "examination": levels.examination.model_copy(update={"fast_share": {2012: 0.3}, "fast_factor": 1.0}),
            "technology": levels.technology.model_copy(update={"groups": ["3/00", "10/00", "21/00", "27/15", "15/00"]}),
            "accounts": levels.accounts.model_copy(update={"classes": classes}),
        }
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("longer")
    simulate(folder, 5_000, 3, 0.0, declarations().registers, lambda _: None, levels=longer(), receive=False)
    return folder


@pytest.fixture(scope="module")
def truth(world: Path) -> dict[str, Cells]:
    return read_truths(world / "truth")


@pytest.fixture(scope="module")
def facts(world: Path) -> dict[str, ibis.Table]:
    """Every fact table that the measures held here read."""
    needed = {fact for id_ in HELD for fact in MEASURES[id_].facts}
    engine = ibis.duckdb.connect()
    return {r.facts: engine.create_table(r.facts, read(world, r)) for r in declarations().registers.values() if r.facts in needed}


def read(world: Path, register: Register) -> pl.DataFrame:
    """The facts of a register: a row a record, or a record and event in the month of its delivery, with the dimensions."""
    parts = []
    for path in sorted((world / "simulated").glob(f"SYNTHETIC_{register.id}_*.csv")):
        period = path.stem.rpartition("_")[2]
        rows = pl.read_csv(path, infer_schema=False, comment_prefix="#").with_columns(month=pl.lit(period))
        parts += [
            rows.filter(pl.col(event.date).str.starts_with(period)).with_columns(event=pl.lit(name))
            for name, event in register.events.items()
        ] or [rows]
    whole = pl.concat(parts).with_columns(TYPED[f.kind](pl.col(name)) for name, f in register.fields.items() if f.kind in TYPED)
    return whole.with_columns(dimension(d, register).alias(d) for d in DIMENSIONS if d not in register.fields)


def dimension(name: str, register: Register) -> pl.Expr:
    """A dimension as the simulated areas and symbols give it: a city's province, and no Hong Kong without its province code."""
    if name not in register.dimensions:
        return pl.lit(None, pl.String)
    value = pl.col(register.dimensions[name])
    if name == "ref_area":
        return pl.when(value.str.starts_with("CN-")).then(value.str.head(5))
    if name == "counterpart_area":
        mainland = value.str.starts_with("CN-") & ~value.is_in(["CN-HK", "CN-MO", "CN-TW"])
        return pl.when(mainland).then(pl.lit("DOM-ML")).when(~value.str.starts_with("CN-")).then(pl.lit("FOR"))
    return "ipc_" + value.str.slice(0, 1).str.to_lowercase() if name == "technology" else value


def counted(m: Measure, window: Window, facts: dict[str, ibis.Table]) -> Cells:
    """What a measure gives in a window, all slices."""
    found: Cells = {}
    tables = [given(source, window, facts) for source in m.given]
    for slice_ in m.slices_of(window):
        by = (*m.keys, *slice_)
        first = tables[0].drop_null(list(slice_)) if slice_ and not m.bases else tables[0]
        frame = totalled(m(first, *tables[1:], by=by).to_polars().drop_nulls(slice_), slice_)
        if m.kind != "flow":
            frame = through(frame, m, sorted(facts[m.facts[0]].select("month").distinct().to_polars()["month"]))
        frame = m.finish(frame) if m.finish else frame
        for row in frame.iter_rows(named=True):
            codes = [row[d] for d in DIMENSIONS]
            found |= {(c, row["period"], *codes): float(row[c]) for c in numbers(frame) if row[c] is not None}
    return found


def given(source: str | Measure | Basis, window: Window, facts: dict[str, ibis.Table]) -> ibis.Table:
    """The facts of a window, the cells of another measure by month, or a basis."""
    if isinstance(source, Basis) and not source.frozen:
        of = facts[source.given[0]]
        return ibis.memtable(source(of, of.select(*source.columns).limit(0)).to_polars())
    if isinstance(source, Basis):
        start = facts[source.frozen].month.min().execute()
        limited = [
            facts[fact].filter(ibis._.month == start if fact == source.frozen else ibis._.month < start) for fact in source.given
        ]
        return ibis.memtable(source(*limited).to_polars())
    if isinstance(source, Measure):
        by = sorted({dimension for slice_ in source.kept_slices for dimension in slice_})
        months = given(source.facts[0], "month", facts)
        return ibis.memtable(rolled(source(months, by=("period", *by)).to_polars(), source.kept_slices))
    periods = {"month": ibis._.month, "year": ibis._.month.substr(0, 4)}
    return facts[source].mutate(period=periods[window]) if window in periods else facts[source]


@pytest.mark.parametrize("id_", HELD)
def test_a_measure_gives_the_truth(id_: str, facts: dict[str, ibis.Table], truth: dict[str, Cells]) -> None:
    m = MEASURES[id_]
    for window in (window for window in m.windows if window != "to_date"):
        have, slices = counted(m, window, facts), [set(slice_) for slice_ in m.slices_of(window)]
        long = {"month": 7, "year": 4}.get(window) if m.kind != "cohort" else None
        want = {k: v for k, v in truth[id_].items() if slice_of(k) in slices and long in (None, len(k[1]))}
        wrong = {k: (have.get(k, 0), want.get(k, 0)) for k in have.keys() | want.keys()}
        assert {k: pair for k, pair in wrong.items() if pair[0] != pytest.approx(pair[1], rel=1e-9)} == {}


def test_every_indicator_that_needs_a_longer_world_has_numbers_here(truth: dict[str, Cells]) -> None:
    shown = {id_: [v for key, v in truth[MEASURED[id_].measure].items() if is_shown(key, MEASURED[id_])] for id_ in ONLY_LONGER}
    assert [id_ for id_, values in shown.items() if not any(values)] == []
