"""A mart, charts and pictures made by hand, for the tests of charts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ipmon.charts.bound import bind
from ipmon.charts.compose import Edition
from ipmon.charts.compose import pictures as composed
from ipmon.charts.declaration import Chart, Publisher
from ipmon.charts.draw import draw
from ipmon.charts.glyphs import measure
from ipmon.charts.mart import Mart
from ipmon.charts.picture import Picture
from ipmon.charts.scene import Scene
from ipmon.mart_schema import load_schema
from ipmon.marts import SETTINGS, build, frame

CHECKOUT = Path(__file__).resolve().parents[2]
DAY = date(2026, 1, 31)
EDITION = Edition("2026-01-31-1a2b3c4d", DAY, [Publisher(found_by=["CNIPA"], zh="国家知识产权局", en="CNIPA")])
TITLE = {"zh": "{last_period}审查周期{moved}{last}", "en": "Examination {moved} {last} in {last_period}"}
SERIES = {"pendency": {"of": [{"indicator": "pendency"}]}}


def chart(**changes: Any) -> Chart:
    return Chart.model_validate(
        {"id": "pendency", "theme": "t", "kind": "line_with_targets", "title": TITLE, "series": SERIES} | changes
    )


def observation(period: str, value: str, **changes: Any) -> dict[str, Any]:
    """A national value of the indicator `pendency`, printed to one decimal unless said otherwise."""
    number, half = Decimal(value), Decimal("0.05")
    row = {
        "indicator_id": "pendency",
        "freq": "A",
        "time_period": period,
        "accumulation": "period",
        "decimals": 1,
        "unit": "months",
    }
    row |= {"ref_area": "CN", **dict.fromkeys(("ip_type", "owner_kind", "industry", "technology", "counterpart_area"), "_T")}
    row |= {"value": number, "value_low": number - half, "value_high": number + half, "period_end": date(int(period[:4]), 12, 31)}
    row |= {"obs_status": "A", "basis": "published", "quality": "official", "stage": "", "publisher": "CNIPA", "released_on": DAY}
    return row | {"delivery_id": "cycles-f00d", "locator": "line 2"} | changes


YEARS = [observation(*row) for row in (("2016", "22.0"), ("2020", "20.0"), ("2021", "18.5"), ("2022", "16.5"), ("2023", "16.0"))]
INDICATORS = [
    {"indicator_id": "pendency", "title_zh": "审查周期", "title_en": "Pendency", "unit": "months", "display_factor": 1}
    | {"unit_zh": "个月", "unit_en": "months"},
    {"indicator_id": "pledges", "title_zh": "质押金额", "title_en": "Pledges", "unit": "CNY", "display_factor": 100_000_000}
    | {"unit_zh": "亿元", "unit_en": "CNY 100 million"},
]
TARGETS = [
    {
        "target_id": "t2022",
        "indicator_id": "pendency",
        "year": 2022,
        "document": "D",
        "document_zh": "指引",
        "document_en": "Guideline",
    }
    | {
        "rule": "at_most",
        "operator": "<=",
        "target_value": Decimal("16.5"),
        "unit": "months",
        "tolerance": Decimal(0),
        "deadline": DAY,
    }
]
ASSESSMENTS = [
    {
        "target_id": "t2022",
        "indicator_id": "pendency",
        "status": "met",
        "status_zh": "已达到",
        "status_en": "Met",
        "fragile": True,
    }
    | {"value": Decimal("16.5"), "value_period": "2022"}
]
PLACES = [
    {"area_code": code, "level": level, "is_of_which": False, "name_zh": zh, "name_en": en}
    for code, level, zh, en in (
        ("CN", "country", "中国", "China"),
        ("CN-BJ", "province", "北京", "Beijing"),
        ("CN-GD", "province", "广东", "Guangdong"),
        ("CN-XZ", "province", "西藏", "Tibet"),
    )
]


def mart_file(folder: Path, **tables: list[dict[str, Any]]) -> Path:
    """A mart of the project's own schema; columns that a row does not name are null."""
    problems: list[str] = []
    schema = load_schema(CHECKOUT / "assets" / "marts", problems)
    assert problems == []
    given = {"observations": YEARS, "indicators": INDICATORS, "areas": PLACES} | tables
    frames = {t: frame(schema, t, [dict.fromkeys(schema.tables[t].columns) | row for row in rows]) for t, rows in given.items()}
    path = folder / "public.duckdb"
    path.unlink(missing_ok=True)
    build(path, replace(schema, views={}), frames)
    return path


def asked(path: Path, of: Chart) -> Mart:
    with duckdb.connect(str(path), read_only=True, config=SETTINGS) as connection:
        return Mart(connection, of.indicator_ids)


def pictures(path: Path, of: Chart, edition: Edition = EDITION) -> dict[str, Picture]:
    mart = asked(path, of)
    return {made.lang: made for made in composed(bind(of, 1, mart), mart, edition)}


def scenes(path: Path, of: Chart) -> Iterator[Scene]:
    yield from (draw(p, measure) for p in pictures(path, of).values())
