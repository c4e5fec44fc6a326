"""Facts drawn by chance from what the contracts allow: thousands of rows over thirty months."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from conftest import CHECKOUT

from assets.measures.industries import rules
from ipmon.dimensions import DIMENSIONS
from ipmon.paths import DataRoot
from ipmon.registers.contract import Register, RegisterField, load_registers
from ipmon.registers.facts import fact_schema
from ipmon.registers.ipc import load_themes
from ipmon.registers.store import Store

MONTHS = [f"{n // 12}-{n % 12 + 1:02d}" for n in range(2022 * 12 + 6, 2025 * 12)]
EARLIER = [f"{n // 12}-{n % 12 + 1:02d}" for n in range(2020 * 12, 2022 * 12 + 6)]
"""The months before: five years up to 2024 have patents, and patents are granted before the first inventory."""
YEARS = [str(year) for year in range(2020, 2025)]
ROWS = {"patent_events": 150, "trademark_events": 70, "inventory": 120}
OTHERS, FEW = 40, 15
"""Rows a month of the fact tables that are not named, and of the months before."""
MISSING = 0.15
RECORDS, PEOPLE = 400, 60
"""How many records and people there are to draw from, so that registers speak of the same ones."""
DAYS_BEFORE = {"converted_on": 90}
"""How long before the month a date lies on average, where it is not two years: little is converted before the first inventory."""
WITHOUT_RULE = ["9990", "9991"]
"""Industries in which no technology belongs."""
AREAS = ["CN-BJ", "CN-GD", "CN-SC", "CN-XJ", "CN-HK", "CN-TW", "US", "JP", "DE"]
PREFECTURES = ["CN-LN-210200", "CN-GD-440300", "CN-GD-440600", "CN-GD-440605", "CN-BJ-110108", "CN-XJ-XPCC", "CN-SC"]

Row = dict[str, Any]


def declared() -> dict[str, Register]:
    problems: list[str] = []
    registers = load_registers(CHECKOUT / "assets" / "registers", problems)
    assert problems == []
    return registers


def symbols() -> list[str]:
    """A symbol in every place that a theme names or leaves out, and in every subclass that belongs to an industry."""
    themes = load_themes(CHECKOUT / "assets" / "classifications", []).values()
    places = {place.ipc for theme in themes for rule in theme.rules for place in (rule, *rule.excludes)} | {*rules()["ipc"]}
    whole = {3: "C 3/08", 4: "3/08"}  # a class or a subclass; a main group otherwise
    return sorted(place if "/" in place else place + whole.get(len(place), "/02") for place in places)


class Maker:
    """Rows with empty fields, foreigners, every code and every theme among them."""

    def __init__(self, seed: int) -> None:
        self.chance, self.symbols = random.Random(seed), symbols()

    def rows(self, register: Register, period: str) -> list[Row]:
        if register.delivers == "year":
            classes = enumerate(sorted({*rules()["industry"], *WITHOUT_RULE}))
            return [row for n, code in classes for row in self.accounts(register, period, n, code)]
        count = FEW if period in EARLIER else ROWS.get(register.facts, OTHERS)
        keys = self.chance.sample(range(RECORDS), count) if register.delivers == "snapshot" else [None] * count
        return [self.row(register, period, key) for key in keys]

    def accounts(self, register: Register, year: str, number: int, industry: str) -> Iterator[Row]:
        """A class in the two vintages of a year (the last year has one), most classes with a group."""
        groups = [*(register.fields["group"].codes or ()), None, None, None]
        for vintage in ("first", "final")[: 1 if year == YEARS[-1] else 2]:
            known = {"industry": industry, "vintage": vintage, "year": int(year), "group": groups[number % len(groups)]}
            yield self.row(register, year) | {"month": year} | known

    def row(self, register: Register, period: str, key: int | None = None) -> Row:
        row = {name: self.value(name, field, period) for name, field in register.fields.items()} | {"month": period}
        if key is not None:
            row[register.key[0]] = f"R{key}"
        if register.events:
            row["event"] = self.chance.choice(list(register.events))
            row[register.events[row["event"]].date] = row["event_date"] = self.day(period, 0)
        return row | self.dimensions(register, row)

    def value(self, name: str, field: RegisterField, period: str) -> Any:
        if not field.required and self.chance.random() < MISSING:
            return None
        if name in ("ipc_main", "ipc_all"):
            return self.classified(1 if name == "ipc_main" else self.chance.randint(1, 4))
        if name == "area" and field.codes is None:
            return self.chance.choice(PREFECTURES)
        if field.codes:
            return self.chance.choice(AREAS if field.codes == "areas" else list(field.codes))
        made = {
            "date": lambda: self.day(period, int(self.chance.expovariate(1 / DAYS_BEFORE.get(name, 700)))),
            "month": lambda: period,
            "year": lambda: int(period),
            "integer": lambda: self.chance.randrange(5 if name == "firms_matched" else 500_000),
            "amount": lambda: Decimal(self.chance.randrange(10 ** self.chance.randint(8, 13))) / 100,
            "flag": lambda: self.chance.random() < 0.4,
            "list": lambda: ";".join(str(self.chance.randint(1, 45)) for _ in range(self.chance.randint(1, 3))),
        }
        number = self.chance.randrange(RECORDS if name.endswith("_no") or name == "id" else PEOPLE)
        return made[field.kind]() if field.kind in made else f"{'R' if number >= PEOPLE else 'P'}{number}"

    def classified(self, count: int) -> str:
        """Symbols as they come: with or without spaces inside and after the semicolon."""
        written = [self.chance.choice(self.symbols) for _ in range(count)]
        return self.chance.choice([";", "; "]).join(s if self.chance.random() < 0.7 else f"{s[:4]}  {s[4:]}" for s in written)

    def day(self, period: str, before: int) -> date:
        year, month = int(period[:4]), int(period[5:] or 1)
        return date(year, month, self.chance.randint(1, 28)) - timedelta(days=before)

    def dimensions(self, register: Register, row: Row) -> Row:
        made: Row = {d: row.get(register.dimensions.get(d, ""), row.get(d)) for d in DIMENSIONS}
        if area := made["ref_area"]:
            domestic = area.startswith("CN-")
            mainland = domestic and area not in ("CN-HK", "CN-TW")
            made["ref_area"] = area[:5] if domestic else None
            made["counterpart_area"] = "DOM-ML" if mainland else None if domestic else "FOR"
        if symbol := made["technology"]:
            made["technology"] = f"ipc_{symbol[0].lower()}"
        return made


def write(rows: list[Row], schema: dict[str, str], file: Path) -> None:
    """A fact file as DuckDB writes it, ordered by nothing."""
    texts = [{name: None if row.get(name) is None else str(row[name]) for name in schema} for row in rows]
    typed = ", ".join(f'cast("{name}" as {type_}) as "{name}"' for name, type_ in schema.items())
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.default_connection().cursor() as connection:
        connection.register("texts", pl.DataFrame(texts, schema=dict.fromkeys(schema, pl.String)))
        connection.execute(f"copy (select {typed} from texts) to '{file}' (format parquet, compression zstd)")


def write_all(root: Path) -> Path:
    """Every fact table of a data root; its folder of facts."""
    store, maker = Store(DataRoot(root)), Maker(seed=7)
    for register in declared().values():
        periods = YEARS if register.delivers == "year" else [*(EARLIER if register.facts == "patent_events" else []), *MONTHS]
        for period in periods:
            write(maker.rows(register, period), fact_schema(register), store.fact_file(register.facts, period))
    return store.folder / "facts"
