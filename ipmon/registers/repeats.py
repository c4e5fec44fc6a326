"""Keys that stand in a register's file more than once.

Belongs here: finding them, in memory or on disk. Not here: what becomes of their rows (staging.py).
"""

from pathlib import Path

import duckdb
import polars as pl

from ipmon import sql
from ipmon.marts import SETTINGS

MEMORY_LIMIT = "512MB"


def repeats(rows: pl.LazyFrame, key: list[str]) -> dict[int, int]:
    """Of every `line` whose key an earlier one has, that earlier line; for rows that are in memory."""
    about = pl.struct(key) if len(key) > 1 else pl.col(key)
    hashed = rows.select(*key, "line").with_columns(about.hash().alias("@hash")).collect()
    hashes = hashed["@hash"].sort(multithreaded=False)  # the quickest way to see which are there twice
    twice = hashed.filter(pl.col("@hash").is_in(hashes.filter(hashes == hashes.shift()).unique().implode())).lazy()
    found = twice.select("line", first=pl.col("line").min().over(key)).filter(pl.col("line") > pl.col("first"))
    return dict(found.sort("line").collect().iter_rows())


def repeats_on_disk(rows: pl.LazyFrame, key: list[str], folder: Path) -> dict[int, int]:
    """The same, where keys that do not fit into memory spill to a folder."""
    keys, names = folder / "keys.parquet", ", ".join(sql.name(name) for name in key)
    rows.select(*key, "line").sink_parquet(keys, compression="lz4", statistics=False)
    query = f"""
        with rows as (from read_parquet({sql.literal(str(keys))})),
        twice as (select hash({names}) as h from rows group by 1 having count(*) > 1),
        candidates as (select * from rows where hash({names}) in (from twice))
        select line, min(line) over (partition by {names}) as first from candidates qualify line > first order by line"""
    with duckdb.connect(config={**SETTINGS, "memory_limit": MEMORY_LIMIT, "temp_directory": str(folder)}) as engine:
        engine.execute("set enable_progress_bar = false")  # an interactive Python would show it among what is printed
        return dict(engine.execute(query).fetchall())
