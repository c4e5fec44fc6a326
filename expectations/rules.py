"""How a rule is written: an expectation with an id and its words in both languages.

Belongs here: one constructor for each kind of rule that the suites use. Not here: any rule.
"""

from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique
from great_expectations.expectations.core.expect_column_values_to_match_regex import ExpectColumnValuesToMatchRegex
from great_expectations.expectations.core.expect_compound_columns_to_be_unique import ExpectCompoundColumnsToBeUnique
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

Words = dict[str, str]
"""What every rule carries: its id, what must be true (zh, en), and what to do when it is not."""


def words(id: str, zh: str, en: str, guidance: str) -> Words:
    """The words of one rule."""
    return {"id": id, "zh": zh, "en": en, "guidance": guidance}


def has_rows(meta: Words) -> Expectation:
    """The table is not empty."""
    return ExpectTableRowCountToBeBetween(min_value=1, meta=meta)


def in_set(column: str, values: list[str], meta: Words) -> Expectation:
    """Every value of a column is in a code list."""
    return ExpectColumnValuesToBeInSet(column=column, value_set=values, meta=meta)


def matches(column: str, regex: str, meta: Words) -> Expectation:
    """Every value of a column has a form."""
    return ExpectColumnValuesToMatchRegex(column=column, regex=regex, meta=meta)


def not_below(column: str, minimum: float, meta: Words) -> Expectation:
    """No value of a column is below a minimum."""
    return ExpectColumnValuesToBeBetween(column=column, min_value=minimum, meta=meta)


def unique(columns: list[str], meta: Words) -> Expectation:
    """No two rows share the values of the columns."""
    if len(columns) == 1:
        return ExpectColumnValuesToBeUnique(column=columns[0], meta=meta)
    return ExpectCompoundColumnsToBeUnique(column_list=columns, meta=meta)


def no_rows(query: str, meta: Words, warning: bool = False) -> Expectation:
    """`query` finds nothing; `{batch}` is the table. GX reads colons and single braces as its own, so double the braces."""
    severity = FailureSeverity.WARNING if warning else FailureSeverity.CRITICAL
    return UnexpectedRowsExpectation(unexpected_rows_query=query, severity=severity, meta=meta)


def filled(columns: list[str], meta: Words) -> Expectation:
    """No row lacks one of the columns, or holds only blanks there."""
    hit = " or ".join(f"coalesce(trim(cast({column} as varchar)), '') = ''" for column in columns)
    return no_rows(f"select * from {{batch}} where {hit}", meta)


def decoded(columns: list[str], guidance: str) -> Expectation:
    """No text holds the replacement character that a wrong decoder leaves."""
    hit = " or ".join(f"contains({column}, chr(65533))" for column in columns)
    meta = words("text_decoded", "文字没有乱码", "No text was damaged in decoding", guidance)
    return no_rows(f"select * from {{batch}} where {hit}", meta)
