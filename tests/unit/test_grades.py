"""Grades (F69): a result is held as closely as the closest held of its inputs, and each row lies in the file of its grade."""

from make_figures import registry

from ipmon.contracts import load_contracts
from ipmon.grades import Grades, grades_of, strictest
from ipmon.paths import CHECKOUT

INTERNAL = {"grade": "internal"}
DECLARED = registry(
    open={},
    closed=INTERNAL,
    locked={"grade": "restricted"},
    mixed={"ratio": {"of": "open", "to": "closed"}},
    further={"sum": {"of": ["mixed", "open"]}},
    of_all={"sum": {"of": ["further", "locked"]}},
    by_request={"series": ["open"], "variant": "from_request", **INTERNAL},
)
CONTRACT = load_contracts(CHECKOUT / "assets" / "sources", [])["examination_cycles"]
SOURCES = {"shown": CONTRACT, "hidden": CONTRACT.model_copy(update={"grade": "internal"})}
GRADES = grades_of(DECLARED, SOURCES, {"plain": ["open"], "compares": ["open", "closed"]})


def test_grades_follow_derivations() -> None:
    derived = {id_: GRADES.indicators[id_] for id_ in ("mixed", "further", "of_all", "open")}
    assert derived == {"mixed": "internal", "further": "internal", "of_all": "restricted", "open": "public"}


def test_the_strictest_of_none_is_public() -> None:
    assert strictest([]) == "public"
    assert strictest(["internal", "public"]) == "internal"


def test_a_row_has_the_grade_of_what_it_names() -> None:
    rows = {
        "public": [{"indicator_id": "open"}, {"source_id": "shown"}, {"table_name": "x"}, {"series": "unknown"}],
        "internal": [
            {"indicator_id": "mixed"},
            {"indicator_id": "open", "identity_id": "compares"},
            {"source_id": "hidden"},
            {"delivery_id": "hidden-0123456789ab", "series_id": "nobody"},
            {"delivery_id": "shown-0123456789ab", "series_id": "closed"},
            {"delivery_id": "shown-0123456789ab", "series_id": "open"},  # a variant of which is internal
            {"series": "somewhat closed"},
        ],
        "restricted": [{"indicator_id": "of_all"}, {"series_id": "locked"}],
    }
    for grade, own in rows.items():
        assert [GRADES.of_row(row) for row in own] == [grade] * len(own)
    everything = {"table": [row for own in rows.values() for row in own]}
    assert GRADES.share(everything, "internal") == {"table": rows["internal"]}


def test_an_indicator_of_a_shared_series_is_not_hidden_by_it() -> None:
    assert GRADES.of_row({"indicator_id": "open", "series": "open closed"}) == "public"


def test_what_an_identity_would_betray_is_not_told() -> None:
    assert GRADES.keeps_level("plain", "open")
    assert not GRADES.keeps_level("compares", "open")
    assert GRADES.keeps_level("compares", "closed")
    assert GRADES.keeps_level("twin", "open")


def test_a_source_feeds_indicators_that_are_held_as_closely() -> None:
    assert GRADES.may_feed("shown", "open")
    assert GRADES.may_feed("hidden", "closed")
    assert GRADES.may_feed("hidden", "locked")
    assert not GRADES.may_feed("hidden", "open")
    assert Grades().may_feed("any", "thing")
