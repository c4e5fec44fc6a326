"""docs/dictionary.md: every table, view and column of the public mart, from its own table `dictionary`.

Belongs here: the page. Not here: the descriptions (assets/marts) or the table (see marts.py).
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ipmon.markdown import table
from ipmon.mart_schema import MartSchema
from ipmon.marts import build

OPENING = """\
# 数据字典 · Data dictionary

由 `assets/marts/` 生成（`make docs`）；每个发布的表 `dictionary` 和各表各列的注释内容相同。
Made from `assets/marts/` by `make docs`; table `dictionary` and the comments of each release say the same.

## 打开 · Opening it

命令行（只读，只接受一条查询）。 At the terminal, read-only and one SELECT:

```sh
.venv/bin/ipmon query "select table_name, description_zh, description_en from dictionary where example_query <> ''"
```

在 DuckDB 中（命令行、Python、R 等）。 In DuckDB (its shell, Python, R and others):

```sql
ATTACH 'data/marts/current/public.duckdb' AS ip (READ_ONLY);
USE ip;
SELECT * FROM latest_values WHERE theme = 'industries';
FROM as_of(DATE '2024-12-31') WHERE indicator_id = 'pii_share_of_gdp';
```

文件从不改动，任意多的读者可以同时打开；`current` 指向最新发布，长期引用请写 `releases/<发布编号>`。
A file never changes, and any number of readers may open it; `current` points to the newest release, so cite
`releases/<release id>`.

数值以基本单位存放（件而非万件，元而非亿元）；列名带单位的列和 `_shown` 列以显示单位给出。计数列的单位为个、件或户。
Values are in base units (items, yuan); columns named with a unit, and those that end in `_shown`, are in the unit shown. Counts
are of single things.
"""


def dictionary_page(schema: MartSchema) -> str:
    """The page as Markdown: the questions with their views, then every table and view with its columns."""
    with TemporaryDirectory() as folder:
        build(Path(folder, "empty.duckdb"), schema, {})
        with duckdb.connect(str(Path(folder, "empty.duckdb")), read_only=True) as mart:
            columns = mart.execute("select * from dictionary where column_name <> ''").fetchall()
    questions = [(f"[{name}](#{name})", title.zh, title.en) for name, (title, _) in schema.views.items()]
    parts = [OPENING, "## 问题与宽视图 · Questions and wide views", "", table(["view", "问题", "Question"], questions), ""]
    for kind, titles in (
        ("宽视图 · Wide views", {name: title for name, (title, _) in schema.views.items()}),
        ("表 · Tables", schema.tables),
    ):
        parts += [f"## {kind}", ""]
        for name, title in titles.items():
            parts += [f"### {name}", "", f"{title.zh} {title.en}", ""]
            parts += ["```sql", title.example, "```", ""] if title.example else []
            parts += [_columns(name, columns), ""]
    return "\n".join(parts)


def _columns(name: str, columns: Sequence[Sequence[str]]) -> str:
    rows = [(f"`{column}`", f"`{type_}`", zh, en) for of, column, type_, zh, en, _ in columns if of == name]
    return table(["column", "type", "说明", "Description"], rows)
