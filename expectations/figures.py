"""Staged figures: one row a cell of a delivery, every column still text.

Belongs here: what holds before any number is understood. Not here: values and units (see values.py).
"""

import great_expectations as gx

from expectations.rules import decoded, filled, in_set, matches, no_rows, unique, words

REQUIRED = ["delivery_id", "source_id", "locator", "series_id", "period", "period_kind", "publisher", "quality"]
TEXT = ["series_id", "name_zh", "name_en", "dimension", "publisher", "source_title", "note"]
KINDS = ["annual", "monthly", "quarterly", "cumulative-to-date", "end-of-period", "cumulative-since-1985"]
QUALITIES = ["official", "official-reprint", "secondary", "derived"]
PERIOD = r"^\d{4}(/\d{4})?(-\d{2}(-\d{2})?|-[HSQ]\d)?$"
ODD_DATE = """select * from {batch}
    where published_on <> '' and not regexp_full_match(published_on, '[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}})?)?')"""
NOTHING = """select 'nothing' as found
    where not exists (from {batch}) and not exists (from observations where basis = 'records')"""
UNTRIMMED = "select * from {batch} where value <> trim(value) or unit <> trim(unit) or dimension <> trim(dimension)"
LOOK = "按 locator 在交付文件中查看该行。 Look at the row in the delivery, by its locator."
RECEIVE = "先接收一份交付文件。 Receive a delivery first."
REREAD = "按正确编码重新接收该文件。 Receive the file again in its right encoding."
CONTRACT = "检查该来源的交付约定。 Check the source's contract."


def suite() -> gx.ExpectationSuite:
    """The rules of table `figures`."""
    return gx.ExpectationSuite(
        name="figures",
        expectations=[
            no_rows(NOTHING, words("has_rows", "有数据或有登记记录", "There are figures, or records", RECEIVE)),
            filled(REQUIRED, words("required_filled", "必填列都有内容", "Every required column is filled", LOOK)),
            unique(["delivery_id", "locator"], words("cell_unique", "一个单元格只读一次", "A cell is read once", CONTRACT)),
            matches(
                "series_id",
                "^[a-z][a-z0-9_]{1,62}$",
                words("series_id_form", "序列编号格式正确", "Series ids are well formed", LOOK),
            ),
            matches("period", PERIOD, words("period_form", "时期写法可识别", "Periods are written in a known form", LOOK)),
            in_set(
                "period_kind", KINDS, words("period_kind_known", "时期类型在代码表中", "Period kinds are in the code list", LOOK)
            ),
            in_set(
                "quality", QUALITIES, words("quality_known", "来源等级在代码表中", "Source qualities are in the code list", LOOK)
            ),
            no_rows(
                ODD_DATE,
                words(
                    "published_on_form",
                    "发布日期为空或为年、月、日",
                    "The publication date is empty, or a year, month or day",
                    LOOK,
                ),
            ),
            decoded(TEXT, REREAD),
            no_rows(
                UNTRIMMED,
                words("text_trimmed", "数值、单位和维度前后没有空格", "Values, units and dimensions have no outer blanks", LOOK),
                warning=True,
            ),
        ],
    )
