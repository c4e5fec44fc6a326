"""Renamed tables and columns: the old name goes on working for two releases, and says where to look."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from test_marts import SCHEMA

from ipmon.errors import DeclarationError
from ipmon.marts import build, frame
from ipmon.renames import Renamed, load_renamed, untold

RENAMED = {
    "orders": Renamed(now="order", since="0.2.0"),  # a table,
    "groups": Renamed(now="group", since="0.3.0"),  # a view,
    "order.amount": Renamed(now="value", since="0.2.0"),  # a column of a table,
    "group.how_many": Renamed(now="n", since="0.3.0"),  # and of a view
}
COLUMNS = {name: table.columns for name, table in SCHEMA.tables.items()} | {name: [] for name in SCHEMA.views}
CHANGELOG = """# Changelog

## 0.4.0

- Table `orders` is `order` now.

## 0.3.0

- View `groups` is `group`, its `group.how_many` is `n`.

## 0.2.0

- Table `orders` is `order` now, and `order.amount` is `value`.
"""


@pytest.fixture
def mart(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    rows = frame(SCHEMA, "order", [{"select": "b", "value": "2.5"}, {"select": "a", "value": "1"}])
    build(tmp_path / "public.duckdb", replace(SCHEMA, renamed=RENAMED), {"order": rows})
    with duckdb.connect(str(tmp_path / "public.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ('select "select", amount from orders', 'select "select", value from "order"'),
        ('select amount from "order" where amount > 1', 'select value from "order" where value > 1'),
        ('select "select", how_many from groups order by 1', 'select "select", n from "group" order by 1'),
        ("select typeof(amount) from orders", 'select typeof(value) from "order"'),
    ],
)
def test_a_query_in_old_names_gives_what_it_gave(mart: duckdb.DuckDBPyConnection, old: str, now: str) -> None:
    rows = mart.execute(old).fetchall()
    assert rows and rows == mart.execute(now).fetchall()


def test_an_old_name_says_where_to_look(mart: duckdb.DuckDBPyConnection) -> None:
    comments = dict(mart.execute("select view_name, comment from duckdb_views() where not internal").fetchall())
    assert comments["groups"] == "旧名，自 0.3.0 起为 group。视图 Old name of group since 0.3.0. a view"
    ((told,),) = mart.execute(
        "select comment from duckdb_columns() where table_name = 'orders' and column_name = 'amount'"
    ).fetchall()
    assert told == "旧名，自 0.2.0 起为 value。值 Old name of value since 0.2.0. value"
    listed = mart.execute("select distinct table_name, column_name from dictionary").fetchall()
    assert {("orders", ""), ("orders", "amount"), ("order", "amount"), ("group", "how_many"), ("groups", "n")} <= set(listed)


def test_nothing_is_stored_twice(mart: duckdb.DuckDBPyConnection) -> None:
    tables = [name for (name,) in mart.execute("select table_name from duckdb_tables()").fetchall()]
    assert "orders" not in tables
    stored = mart.execute("select distinct column_name from pragma_storage_info('order')").fetchall()
    assert set(stored) == {("select",), ("value",)}


def test_an_old_column_of_a_view_that_has_no_new_one_is_refused(tmp_path: Path) -> None:
    schema = replace(SCHEMA, renamed={"group.how_many": Renamed(now="number", since="0.2.0")})
    with pytest.raises(DeclarationError, match=r"marts/group\.sql: .*number"):
        build(tmp_path / "public.duckdb", schema, {})


def loaded(folder: Path, text: str) -> tuple[dict[str, Renamed], list[str]]:
    problems: list[str] = []
    (folder / "renamed.yaml").write_text(text, "utf-8")
    return load_renamed(folder / "renamed.yaml", COLUMNS, problems), problems


def test_a_declaration_is_read(tmp_path: Path) -> None:
    text = (
        "orders: {now: order, since: 0.2.0}\norder.amount: {now: value, since: 0.2.0}\ngroup.how_many: {now: n, since: 0.3.0}\n"
    )
    assert loaded(tmp_path, text) == ({k: v for k, v in RENAMED.items() if k != "groups"}, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("orders: {now: ordre, since: 0.2.0}", "orders: there is no 'ordre'"),
        ("order.amount: {now: sum, since: 0.2.0}", "order.amount: there is no 'sum'"),
        ("orders.amount: {now: value, since: 0.2.0}", "orders.amount: there is no table 'orders'; give the name that it has now"),
        ("group: {now: order, since: 0.2.0}", "group: is a name in use; an old name is one that nothing else has"),
        ("order.select: {now: value, since: 0.2.0}", "order.select: is a name in use; an old name is one that nothing else has"),
        ("orders: {now: order}", "orders: since: Field required"),
    ],
)
def test_a_declaration_that_names_nothing_is_a_problem(tmp_path: Path, text: str, problem: str) -> None:
    found = loaded(tmp_path, text)[1]
    assert [line.startswith(f"marts/renamed.yaml: {problem}") for line in found] == [True]


def test_the_changelog_tells_a_new_name_and_two_releases_end_it() -> None:
    two_releases = CHANGELOG[CHANGELOG.index("## 0.3.0") :]
    assert untold(RENAMED, two_releases) == []
    over = "its 2 releases are over; take the entry out and say so"
    assert untold(RENAMED, CHANGELOG) == [f"marts/renamed.yaml: {old}: {over}" for old in ("orders", "order.amount")]
    silent = two_releases.replace("`order.amount`", "the amount")
    assert untold(RENAMED, silent) == ["CHANGELOG.md: section 0.2.0 does not say that `order.amount` is `value` now"]
