"""Rows in = rows out, and what was known on a day, counted again by other means than the pipeline's."""

import csv
import hashlib
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

Mart = duckdb.DuckDBPyConnection

CELL = "indicator_id, ref_area, ip_type, owner_kind, industry, technology, counterpart_area, freq, time_period, accumulation"
KEY = f"{CELL}, basis"
QUALITIES = ("official", "official-reprint", "secondary", "derived")
# Precedence: later stage, value before bound, better source, narrower interval, later statement; repeated statements count once.
NAIVE = f"""
with ranked as (
    select *, row_number() over (
        partition by {KEY}
        order by case stage when 'preliminary' then 0 when 'final' then 2 when 'census' then 3 else 1 end desc,
            value_low is not null and value_high is not null desc,
            case quality when 'official' then 3 when 'official-reprint' then 2 when 'secondary' then 1 else 0 end desc,
            coalesce(value_high - value_low, 1e20) asc, said_on desc) as place
    from (select *, min(released_on) over (partition by {KEY}, value, value_low, value_high, quality, stage) as said_on
          from vintages where basis = 'published' and released_on <= ?))
select {KEY}, value from ranked where place = 1"""


@pytest.fixture(scope="session")
def deliveries(release_home: Path) -> list[dict[str, Any]]:
    """The manifest of the shipped deliveries, one entry a file."""
    lines = (release_home / "raw" / "manifest.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def printed_rows(path: Path) -> Iterator[str]:
    """Where each row of a delivered CSV begins, as the locators name it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        begins = reader.line_num + 1
        for row in reader:
            if row:
                yield f"line {begins}"
            begins = reader.line_num + 1


def test_every_shipped_row_is_in_the_vintages_or_excluded_with_a_reason(
    mart: Mart, release_home: Path, deliveries: list[dict[str, Any]]
) -> None:
    printed = {(d["delivery_id"], at) for d in deliveries for at in printed_rows(release_home / "raw" / d["path"])}
    kept = set(mart.execute("select distinct delivery_id, locator from vintages where basis = 'published'").fetchall())
    left = mart.execute("select delivery_id, locator, reason_zh, reason_en from excluded").fetchall()
    excluded = {(delivery_id, locator) for delivery_id, locator, *_ in left}
    assert len(printed) > 7000
    assert kept | excluded == printed
    assert not kept & excluded
    assert all(zh.strip() and en.strip() for *_, zh, en in left)


def test_every_folder_of_deliveries_is_in_the_manifest(release_home: Path, deliveries: list[dict[str, Any]]) -> None:
    files = {path.relative_to(release_home / "raw").as_posix() for path in (release_home / "raw").glob("*/*/*")}
    assert files == {d["path"] for d in deliveries}


def test_deliveries_are_the_bytes_that_the_mart_names(mart: Mart, release_home: Path, deliveries: list[dict[str, Any]]) -> None:
    hashes = {d["delivery_id"]: hashlib.sha256((release_home / "raw" / d["path"]).read_bytes()).hexdigest() for d in deliveries}
    assert dict(mart.execute("select delivery_id, sha256 from deliveries").fetchall()) == hashes
    assert {d["delivery_id"]: d["sha256"] for d in deliveries} == hashes


def test_every_published_vintage_names_its_source(mart: Mart) -> None:
    nameless = f"""select count(*) from vintages where basis = 'published'
        and (quality not in {QUALITIES} or trim(publisher) = '' or trim(source_title) = '')"""
    assert mart.execute(nameless).fetchone() == (0,)


def test_what_is_known_today_are_the_observations(mart: Mart) -> None:
    ((today,),) = mart.execute("select as_of from release").fetchall()
    columns = mart.execute("select column_name from duckdb_columns() where table_name = 'observations'").fetchall()
    names = ", ".join(name for (name,) in columns)
    known, held = f"select {names} from as_of(date '{today}')", f"select {names} from observations"
    for one, other in ((known, held), (held, known)):
        assert mart.execute(f"select count(*) from ({one} except {other})").fetchone() == (0,)


def days(mart: Mart) -> list[date]:
    """Days on which something was announced, the days before, and days at random."""
    announced = [day for (day,) in mart.execute("select distinct released_on from vintages order by 1").fetchall()]
    dice = random.Random(20240410)
    chosen = dice.sample(announced, 12)
    between = [announced[0] + timedelta(days=dice.randrange((announced[-1] - announced[0]).days)) for _ in range(12)]
    return sorted({*chosen, *(day - timedelta(days=1) for day in chosen), *between, announced[-1]})


def test_on_any_day_a_key_has_one_value(mart: Mart) -> None:
    for day in days(mart):
        twice = mart.execute(f"select {KEY} from as_of(?) group by all having count(*) > 1", [day]).fetchall()
        assert twice == [], f"on {day}"


def test_on_any_day_the_best_of_the_known_statements_holds(mart: Mart) -> None:
    for day in days(mart):
        naive = set(mart.execute(NAIVE, [day]).fetchall())
        known = set(mart.execute(f"select {KEY}, value from as_of(?) where basis = 'published'", [day]).fetchall())
        assert known == naive, f"on {day}"


def test_no_value_lies_outside_what_is_known_of_it(mart: Mart) -> None:
    outside = "select count(*) from vintages where value < value_low or value > value_high or value_low > value_high"
    assert mart.execute(outside).fetchone() == (0,)


def test_of_every_value_something_is_known(mart: Mart) -> None:
    """A value with both ends open would agree with anything."""
    boundless = "value is not null and value_low is null and value_high is null"
    assert mart.execute(f"select unit, count(*) from vintages where {boundless} group by 1").fetchall() == []


def test_a_missing_value_says_why(mart: Mart) -> None:
    mute = "select count(*) from vintages where (value is null) <> (obs_status in ('M', 'Q'))"
    assert mart.execute(mute).fetchone() == (0,)


def test_values_are_in_the_unit_of_their_indicator(mart: Mart) -> None:
    other = "select o.indicator_id, o.unit, i.unit from vintages o join indicators i using (indicator_id) where o.unit <> i.unit"
    assert mart.execute(other).fetchall() == []


def test_areas_inside_their_parents_are_marked(mart: Mart) -> None:
    loose = """select area_code from areas where regexp_matches(area_code, '^CN-[A-Z]{2}-.') and not is_of_which
        or regexp_matches(area_code, '^CN-[A-Z]{2}$') and is_of_which"""
    assert mart.execute(loose).fetchall() == []


def test_every_derived_value_names_the_inputs_it_was_computed_from(mart: Mart) -> None:
    """And none became known before the last of them."""
    orphans = f"""select count(*) from vintages v where basis = 'derived' and not exists (
        select 1 from lineage l where {" and ".join(f"l.{k} = v.{k}" for k in CELL.split(", "))})"""
    assert mart.execute(orphans).fetchone() == (0,)
    assert mart.execute("select count(*) from lineage where input_released_on > released_on").fetchone() == (0,)
