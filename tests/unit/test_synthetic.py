"""What holds and is said of simulated data instead of real ones.

Belongs here: the choice of words and declarations. Not here: a release made of them (see registers/test_synthetic_release.py).
"""

from ipmon.bulletin_content import load_content
from ipmon.charts.declaration import load_charts
from ipmon.declarations import load
from ipmon.files.declared import load_files
from ipmon.pages.words import load_words
from ipmon.paths import CHECKOUT
from ipmon.synthetic import told

ASSETS = CHECKOUT / "assets"


def test_an_entry_says_of_simulated_data_what_it_has_for_them() -> None:
    declared = {
        "title": {"zh": "甲", "en": "A", "simulated": {"zh": "乙", "en": "B"}},
        "notes": [{"zh": "丙", "en": "C", "simulated": None}, {"zh": "丁", "en": "D"}],
        "most": 3,
    }
    assert told(declared, synthetic=False) == {
        "title": {"zh": "甲", "en": "A"},
        "notes": [{"zh": "丙", "en": "C"}, {"zh": "丁", "en": "D"}],
        "most": 3,
    }
    assert told(declared, synthetic=True) == {
        "title": {"zh": "乙", "en": "B"},
        "notes": [None, {"zh": "丁", "en": "D"}],
        "most": 3,
    }


def test_what_is_known_of_real_series_does_not_hold_of_simulated_records() -> None:
    real = load(ASSETS)
    simulated = real.simulated
    assert {b.id for b in real.dimensions.breaks} >= {"applications_2017", "pii_census_2023"}
    assert simulated.dimensions.breaks == simulated.corrections == []
    assert simulated.received.keys() == real.registers.keys()
    assert {f"{r.publisher.zh} {r.publisher.en}" for r in simulated.received.values()} == {"模拟数据 SYNTHETIC"}
    assert (simulated.targets, simulated.items, simulated.schema) == (real.targets, real.items, real.schema)
    shown = {
        id_: (real.registry.indicators[id_].display, simulated.registry.indicators[id_].display)
        for id_ in ("invention_grants", "pledge_amount", "invention_exam_pendency")
    }
    assert shown == {"invention_grants": ("e4", None), "pledge_amount": ("e8", "e8"), "invention_exam_pendency": (None, None)}
    for id_, indicator in real.registry.indicators.items():
        assert simulated.registry.indicators[id_].model_copy(update={"display": indicator.display}) == indicator


def test_the_words_of_simulated_data_hold_and_claim_no_published_figure() -> None:
    declared, problems = load(ASSETS), list[str]()
    content = load_content(ASSETS / "bulletin", declared.registry.indicators, problems, synthetic=True)
    about = load_files(ASSETS / "release", declared.schema, declared.dimensions, synthetic=True).about
    words = load_words(ASSETS / "pages", synthetic=True)
    charts = {c.id: c for c in load_charts(ASSETS / "charts", synthetic=True).charts}
    assert content and not problems
    for text in (about.description, *(edition.subtitle for edition in content.editions.values())):
        assert "模拟登记记录" in text.zh and "simulated records" in text.en
        assert "已公布" not in text.zh and "in published" not in text.en.lower()
    assert (words.code("quality", "official").zh, words.code("quality", "official").en) == ("模拟", "simulated")
    assert charts["pii_classes_over_time"].note is None
