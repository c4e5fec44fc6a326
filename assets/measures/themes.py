"""Technology themes: inventions filed and granted by theme.

Belongs here: measures whose technology is a theme of assets/classifications. Not here: themes themselves, or the matching of
symbols (see ipmon.registers.ipc).
"""

from pathlib import Path

import ibis

from ipmon.errors import DeclarationError
from ipmon.registers.ipc import Theme, coverage, load_themes
from ipmon.registers.measure import Slice, measure


def shipped() -> dict[str, Theme]:
    """The themes of assets/classifications by id. Raises DeclarationError naming all problems."""
    problems: list[str] = []
    themes = load_themes(Path(__file__).parents[1] / "classifications", problems)
    if problems:
        raise DeclarationError(problems)
    return themes


THEMES = shipped()
ANY = coverage(rule for theme in THEMES.values() for rule in theme.rules)


@measure("patent_events", slices=(("technology",), ("technology", "ref_area")), additive=True)
def theme_inventions(events: ibis.Table, by: Slice) -> ibis.Table:
    """Invention applications filed and inventions granted in the window, by theme and never in all: themes overlap.

    In: facts, one row an application and event. Out: `filings` and `grants`, distinct applications, whole numbers. An application
    in several themes counts once in each; where a theme needs keywords the numbers are upper bounds by IPC. Source:
    assets/classifications (project_default), any IPC symbol of the application.
    """
    counted = events.filter(events.ip_type == "invention", events.event.isin(["filed", "granted"]))
    filed, granted = (ibis._.event == event for event in ("filed", "granted"))
    return by_theme(counted).group_by(by).agg(filings=filed.sum(), grants=granted.sum())


def by_theme(events: ibis.Table) -> ibis.Table:
    """One row an event and theme that it belongs to, the theme's id as its technology; events of no theme are left out.

    Lists of symbols that are alike are matched once, and not by a filter, which would be moved to all events.
    """
    lists = events.select("ipc_all").distinct()
    found = [theme.coverage.found_in(lists.ipc_all).ifelse(id_, ibis.null("string")) for id_, theme in THEMES.items()]
    codes = lists.ipc_all.re_search(ANY.hint()).ifelse(ibis.array(found), ibis.null("array<string>"))
    themed = lists.mutate(technology=codes.unnest()).drop_null(["technology"])
    return events.drop("technology").inner_join(themed, "ipc_all")
