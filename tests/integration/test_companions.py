"""A process of our own: its answer, its error, its death, and what it prints."""

import os

import pytest

from ipmon.companions import Companion


def test_it_answers_with_what_the_call_returns() -> None:
    with Companion("ipmon.periods") as companion:
        companion.ask(divmod, 17, 5)
        assert companion.answer() == (3, 2)


def test_it_raises_what_the_call_raised() -> None:
    with Companion() as companion:
        companion.ask(int, "twelve")
        with pytest.raises(ValueError, match="'twelve'"):
            companion.answer()


def test_what_the_call_prints_does_not_disturb_the_answer() -> None:
    with Companion() as companion:
        companion.ask(print, "x" * 1_000_000)
        assert companion.answer() is None


def test_a_process_that_died_says_so() -> None:
    with Companion() as companion:
        companion.ask(os._exit, 7)
        with pytest.raises(RuntimeError, match="ended with 7"):
            companion.answer()


def test_a_module_that_cannot_be_imported_is_named() -> None:
    with Companion("no_such_module") as companion:
        companion.ask(divmod, 17, 5)
        with pytest.raises(RuntimeError, match="no_such_module"):
            companion.answer()


def test_leaving_without_an_answer_ends_the_process() -> None:
    with Companion("great_expectations") as companion:
        pass
    assert companion._process.returncode is not None
