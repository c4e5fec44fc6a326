"""Marks: what stands outside them, and which numerals are bound."""

from ipmon import marks


def test_a_digit_outside_the_marks_is_found_where_it_stands() -> None:
    page = {"text": f"{marks.number('8,539.9亿元')}，31省", "rows": [[marks.words("GB/T 4754"), "plain"], ("7",)]}
    assert marks.unbound(page, []) == ["，31省", "7"]


def test_marks_inside_marks_bind_all_that_they_hold() -> None:
    inner = marks.number("16")
    assert marks.unbound([marks.words(f"in 2025 there were {inner} of 20")], []) == []


def test_full_width_digits_are_digits_and_declared_literals_are_not() -> None:
    assert marks.unbound(["共１２件"], []) == ["共１２件"]
    assert marks.unbound(["国知发运字〔2024〕7号"], ["〔2024〕7号"]) == []


def test_only_numbers_outside_words_of_the_mart_must_agree() -> None:
    text = f"{marks.words('per 10,000 people')}: {marks.number('2024-09')} {marks.number('8,539.90')}"
    assert marks.bound_numerals(text) == ["2024", "9", "8539.90"]


def test_what_is_printed_has_no_marks() -> None:
    assert marks.printed({"a": [marks.number("1"), ("b", marks.words("2"))], "n": 3}) == {"a": ["1", ["b", "2"]], "n": 3}
