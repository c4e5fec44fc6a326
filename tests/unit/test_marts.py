"""The mart's file: everything described, names and texts quoted, as_of as of a day."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from make_figures import book, day, dimensions, figure, key

from ipmon import sql, tables
from ipmon.errors import DeclarationError
from ipmon.mart_schema import Field, MartSchema, Table, load_schema
from ipmon.marts import build, fill, frame
from ipmon.paths import CHECKOUT

DICTIONARY = ["table_name", "column_name", "data_type", "description_zh", "description_en", "example_query"]
AWKWARD = 'it\'s; drop table "x" -- 引号'
SCHEMA = MartSchema(
    fields={
        "select": Field("VARCHAR", AWKWARD, "words"),
        "value": Field("DECIMAL(28,6)", "值", "value"),
        "n": Field("BIGINT", "数", "count"),
        **{c: Field("VARCHAR", c, c) for c in DICTIONARY},
    },
    tables={
        "order": Table(zh="表", en=AWKWARD, columns=["select", "value"]),
        "dictionary": Table(zh="字典", en="words", columns=DICTIONARY),
        "vintages": Table(zh="版本", en="vintages", columns=["select", "released_on", "superseded_on"]),
    },
    views={"group": (Table(zh="视图", en="a view"), 'select "select", count(*) as n from "order" group by all;\n')},
)
SCHEMA.fields.update(dict.fromkeys(("released_on", "superseded_on"), Field("DATE", "日", "day")))


def built(folder: Path, schema: MartSchema = SCHEMA, **rows: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    path = folder / "public.duckdb"
    build(path, schema, {name: frame(schema, name, table) for name, table in rows.items()})
    assert not path.with_name(path.name + ".wal").exists()
    return duckdb.connect(str(path), read_only=True)


def test_awkward_names_and_texts_arrive_as_they_are(tmp_path: Path) -> None:
    with built(tmp_path, order=[{"select": AWKWARD, "value": Decimal("-5.2")}]) as mart:
        assert mart.execute('from "order"').fetchall() == [(AWKWARD, Decimal("-5.200000"))]
        assert mart.execute('from "group"').fetchall() == [(AWKWARD, 1)]
        comments = dict(mart.execute("select table_name, comment from duckdb_tables()").fetchall())
        assert comments["order"] == f"表 {AWKWARD}"
        ((told,),) = mart.execute(
            "select comment from duckdb_columns() where table_name = 'order' and column_name = 'select'"
        ).fetchall()
        assert told == f"{AWKWARD} words"


def test_the_dictionary_describes_every_table_view_and_column(tmp_path: Path) -> None:
    with built(tmp_path) as mart:
        told = mart.execute(
            "select table_name, column_name, data_type from dictionary where table_name in ('order', 'group')"
        ).fetchall()
    assert sorted(told) == [
        ("group", "", ""),
        ("group", "n", "BIGINT"),
        ("group", "select", "VARCHAR"),
        ("order", "", ""),
        ("order", "select", "VARCHAR"),
        ("order", "value", "DECIMAL(28,6)"),
    ]


def test_a_closed_mart_can_be_filled_and_reads_back(tmp_path: Path) -> None:
    built(tmp_path).close()
    fill(tmp_path / "public.duckdb", {"order": frame(SCHEMA, "order", [{"select": "a", "value": None}])})
    with duckdb.connect(str(tmp_path / "public.duckdb"), read_only=True) as mart:
        assert mart.execute('from "order"').fetchall() == [("a", None)]


@pytest.mark.parametrize(
    "values",
    [
        [Decimal(10) ** 22],
        [Decimal("1." + "1" * 38)],
        ["many"],
        [Decimal("0." + "1" * 28), Decimal("1234567890123")],  # together more than 38 digits: polars makes the second null
    ],
)
def test_a_value_that_does_not_fit_is_an_error_and_not_a_null(values: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"order\.value: a value does not fit DECIMAL"):
        frame(SCHEMA, "order", [{"select": "a", "value": value} for value in values])


def test_a_missing_cell_is_an_error() -> None:
    with pytest.raises(KeyError, match="value"):
        frame(SCHEMA, "order", [{"select": "a"}])


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select 1 as unheard_of", "marts/bad.sql: column 'unheard_of' is not described in fields.yaml"),
        ("select value from nowhere", "marts/bad.sql: Catalog Error"),
        ("select", "marts/bad.sql: Parser Error"),
    ],
)
def test_a_view_that_cannot_be_made_is_told_by_its_file(tmp_path: Path, query: str, told: str) -> None:
    bad = MartSchema(SCHEMA.fields, SCHEMA.tables, {"bad": (Table(zh="坏", en="bad"), query)})
    with pytest.raises(DeclarationError, match=told):
        build(tmp_path / "public.duckdb", bad, {})


def test_as_of_shows_what_was_known_on_a_day(tmp_path: Path) -> None:
    known = book(
        figure("1210207", "2023-01-17", stage="preliminary"),
        figure("1204724", "2023-12-29", stage="final"),
        figure("1200000", "2024-02-01", quality="secondary"),  # never preferred
        figure("7", "2023-06-01", key(period="2022"), retired_on=day("2023-07-01")),
    )
    declared = load_schema(CHECKOUT / "assets" / "marts", [])
    schema = MartSchema(declared.fields, {name: declared.tables[name] for name in ("vintages", "dictionary")}, {})
    with built(tmp_path, schema, vintages=tables.vintages(known, dimensions())) as mart:

        def seen(on: str) -> list[tuple[str, int]]:
            rows = mart.execute("select time_period, value from as_of(?) order by all", [date.fromisoformat(on)]).fetchall()
            return [(period, int(value)) for period, value in rows]

        assert seen("2023-01-16") == []
        assert seen("2023-01-17") == [("2024", 1210207)]
        assert seen("2023-06-30") == [("2022", 7), ("2024", 1210207)]
        assert seen("2023-07-01") == [("2024", 1210207)]
        assert seen("2023-12-28") == [("2024", 1210207)]
        assert seen("2023-12-29") == seen("2030-01-01") == [("2024", 1204724)]
        columns = [c for (c,) in mart.execute("select column_name from (describe from as_of(current_date))").fetchall()]
    assert "superseded_on" not in columns


@pytest.mark.parametrize(
    ("text", "name", "literal"), [("a", '"a"', "'a'"), ('a"b', '"a""b"', "'a\"b'"), ("a'b", '"a\'b"', "'a''b'")]
)
def test_quoting(text: str, name: str, literal: str) -> None:
    assert (sql.name(text), sql.literal(text)) == (name, literal)


def test_values_are_put_into_a_statement_as_texts() -> None:
    bound = sql.bound("a = ? and b > ? or c = ?", ["it's ?", date(2024, 1, 2), None])
    assert bound == "a = 'it''s ?' and b > '2024-01-02' or c = null"
    with pytest.raises(ValueError, match="1 value"):
        sql.bound("a = ?", [])
