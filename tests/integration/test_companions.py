"""A process of our own: its answer, its error, its death, and what it prints."""

import os
import threading
from pathlib import Path

import pytest

from ipmon.companions import Companion
from ipmon.containers import container_of
from ipmon.errors import DeclarationError, IpmonError
from ipmon.simulator.levels import load_levels
from ipmon.verify import read_manifest


def test_it_answers_with_what_the_call_returns() -> None:
    with Companion("ipmon.periods") as companion:
        assert companion.result(divmod, 17, 5) == (3, 2)


def test_calls_are_made_in_order_each_once_and_any_may_fail(tmp_path: Path) -> None:
    with Companion() as companion:
        companion.begin(os.mkdir, tmp_path / "made")
        companion.begin(int, "twelve")
        companion.begin(os.listdir, tmp_path)
        assert companion.result(os.listdir, tmp_path) == ["made"]
        assert companion.result(os.mkdir, tmp_path / "made") is None, "not made again: that would raise"
        with pytest.raises(ValueError, match="'twelve'"):
            companion.result(int, "twelve")


def test_it_raises_what_the_call_raised() -> None:
    with Companion() as companion, pytest.raises(ValueError, match="'twelve'"):
        companion.result(int, "twelve")


def test_a_declaration_error_keeps_its_problems(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as here:
        load_levels(tmp_path / "absent.yaml")
    with Companion() as companion, pytest.raises(DeclarationError) as there:
        companion.result(load_levels, tmp_path / "absent.yaml")
    assert (there.value.problems, str(there.value)) == (here.value.problems, str(here.value))


def test_an_error_comes_with_what_led_to_it(tmp_path: Path) -> None:
    with Companion() as companion, pytest.raises(IpmonError, match=r"manifest\.json cannot be read") as raised:
        companion.result(read_manifest, tmp_path)
    assert isinstance(raised.value.__cause__, FileNotFoundError)


def test_an_error_that_cannot_be_made_again_keeps_its_words() -> None:
    with Companion() as companion, pytest.raises(RuntimeError, match="Breach: BAD_CONTAINER: the content is a PDF file"):
        companion.result(container_of, b"%PDF-1.4", ".csv")


def test_what_cannot_come_back_is_told_and_not_waited_for() -> None:
    with Companion() as companion, pytest.raises(RuntimeError, match=r"(?s)ended with 1: .*cannot pickle"):
        companion.result(threading.Lock)


def test_what_the_call_prints_does_not_disturb_the_answer() -> None:
    with Companion() as companion:
        assert companion.result(print, "x" * 1_000_000) is None


def test_a_process_that_died_says_so() -> None:
    with Companion() as companion, pytest.raises(RuntimeError, match="ended with 7"):
        companion.result(os._exit, 7)


def test_a_module_that_cannot_be_imported_is_named() -> None:
    with Companion("no_such_module") as companion, pytest.raises(RuntimeError, match="no_such_module"):
        companion.result(divmod, 17, 5)


def test_leaving_without_an_answer_ends_the_process() -> None:
    with Companion("great_expectations") as companion:
        pass
    assert companion._process.returncode is not None
