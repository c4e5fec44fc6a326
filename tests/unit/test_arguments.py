"""The values of the command line's arguments: what is read, and the sentence that refuses anything else."""

import argparse
from collections.abc import Callable
from datetime import date

import pytest

from pipelines.arguments import code, count, day, month, share


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (code, "industry=_T", ("industry", "_T")),
        (count, "1", 1),
        (share, "0.001", 0.001),
        (day, "2026-11-22", date(2026, 11, 22)),
        (month, "2023-07", "2023-07"),
    ],
)
def test_a_value_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (code, "industry", "'industry' names no code; write it as industry=_T"),
        (count, "0", "'0' is no number of records; write 1 or more"),
        (share, "1.5", "'1.5' is no share; write a number from 0 to 1"),
        (share, "half", "'half' is no share; write a number from 0 to 1"),
        (day, "2026-02-30", "'2026-02-30' is no date; write it as 2026-11-22"),
        (month, "2023-13", "'2023-13' is no month; write it as 2023-07"),
    ],
)
def test_anything_else_is_refused_with_an_example(read: Callable[[str], object], text: str, told: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(text)
    assert str(refused.value) == told
