"""Patent applications of the simulated world: what happens to each from filing to the end of the right.

Belongs here: drawing the life of a case. Not here: writing it (patent_rows.py), counting it (patent_truth.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ipmon.simulator.applicants import Population
from ipmon.simulator.levels import IP_TYPES, KINDS, Levels
from ipmon.simulator.world import (
    MONTH_DAYS,
    NEVER,
    Flags,
    Floats,
    Ints,
    Span,
    apportioned,
    busyness,
    choice,
    fractional_years,
    gamma_days,
    generator,
    level,
    scaled_to_years,
    slices,
    years_of,
)

YEAR_DAYS = 365.25
CHUNK = 250_000
"""Cases made at a time: memory is bounded by it, not by the number of cases."""
STREAM = 1
DISPOSALS = ("granted", "refused", "withdrawn", "deemed_withdrawn")
REASONS = ("expired", "lapsed", "abandoned", "invalidated")
REQUEST_LATEST = 1090
DEEMED_WITHDRAWN = (1110, 1200)
"""Days from filing until an invention for which nobody asked for examination is deemed withdrawn: three years and some weeks."""
ABNORMAL_WITHDRAWN = (60, 400)
STEPS = (37, 59, 101)
"""How far the second, third and fourth symbol of an application lie from its main one in the list of symbols."""


@dataclass(frozen=True)
class Cases:
    """Some applications in order of filing; days are days since 1970-01-01 or NEVER, everything else positions in code lists.

    `classes`: which of the symbol_lists, -1 for designs.
    """

    number: Ints
    ip: Ints
    applicant: Ints
    classes: Ints
    fast: Flags
    abnormal: Flags
    filed: Ints
    requested: Ints
    started: Ints
    acted: Ints
    disposed: Ints
    granted: Ints
    ended: Ints
    disposal: Ints
    reason: Ints

    @property
    def dates(self) -> list[Ints]:
        """The days of every event."""
        return [self.filed, self.requested, self.started, self.acted, self.disposed, self.granted, self.ended]


def cases(levels: Levels, span: Span, people: Population, records: int, seed: int) -> Iterator[Cases]:
    """All applications, a chunk at a time, in order of filing; their number is `records` exactly."""
    busy = busyness(span, levels.calendar, generator(seed, STREAM))
    weights = np.stack([scaled_to_years(span, busy, levels.filings[ip]) for ip in IP_TYPES], axis=1)
    filed = np.cumsum(apportioned(weights.ravel(), records))
    for chunk, (start, end) in enumerate(slices(records, CHUNK)):
        serial = np.arange(start, end)
        place = np.searchsorted(filed, serial, side="right")
        day, ip = span.days[place // len(IP_TYPES)], place % len(IP_TYPES)
        yield _drawn(levels, people, generator(seed, STREAM, chunk + 1), serial, day, ip)


def _drawn(levels: Levels, people: Population, rng: np.random.Generator, serial: Ints, filed: Ints, ip: Ints) -> Cases:
    years = fractional_years(filed)
    abnormal = rng.random(len(ip)) < level(levels.outcomes.abnormal, years)
    fast = (ip == 0) & (rng.random(len(ip)) < level(levels.examination.fast_share, years))
    requested, started, disposed = _procedure(levels, rng, filed, ip, fast)
    disposal = _outcome(levels, rng, ip, requested)
    pulled = abnormal & (rng.random(len(ip)) < levels.outcomes.abnormal_withdrawn)
    early = np.minimum(filed + rng.integers(*ABNORMAL_WITHDRAWN, len(ip)), np.minimum(disposed, started - 1))
    disposed, disposal = np.where(pulled, early, disposed), np.where(pulled, DISPOSALS.index("withdrawn"), disposal)
    requested, started = (np.where(days <= disposed, days, NEVER) for days in (requested, started))
    way = np.rint(levels.examination.first_action * (disposed - started)).astype(np.int64)
    acted = np.where(started < NEVER, started + way, NEVER)
    pause = rng.integers(*levels.examination.announcement_days, len(ip))
    granted = np.where(disposal == 0, disposed + pause, NEVER)
    ended, reason = _kept(levels, rng, filed, granted, ip)
    number = years_of(filed) * 10**10 + (ip + 1) * 10**9 + serial
    main = np.where(ip == IP_TYPES.index("design"), -1, choice(rng, symbol_shares(levels), len(ip)))
    return Cases(
        number, ip, _applicants(levels, people, rng, ip), _classes(levels, number, main), fast, abnormal,
        filed, requested, started, acted, disposed, granted, ended, disposal, reason,
    )  # fmt: skip


def _procedure(levels: Levels, rng: np.random.Generator, filed: Ints, ip: Ints, fast: Flags) -> tuple[Ints, Ints, Ints]:
    """Days of request, entry into examination and disposal."""
    rules, size = levels.examination, len(ip)
    asked = (ip == 0) & (rng.random(size) < rules.requested)
    later = np.where(rng.random(size) < rules.requested_at_once, 0, rng.integers(30, REQUEST_LATEST, size))
    requested = np.where(asked, filed + later, NEVER)
    started = np.where(asked, requested + gamma_days(rng, np.full(size, rules.start_months), rules.shape), NEVER)
    quick = filed + gamma_days(rng, np.full(size, rules.registration_months), rules.shape)
    examined = started + _examination_days(levels, rng, np.where(asked, started, filed), fast)
    lapsed = filed + rng.integers(*DEEMED_WITHDRAWN, size)
    return requested, started, np.where(asked, examined, np.where(ip == 0, lapsed, quick))


def _examination_days(levels: Levels, rng: np.random.Generator, started: Ints, fast: Flags) -> Ints:
    """Days from entry to disposal, such that the mean of a year of disposal is about the published one, fast cases included."""
    rules = levels.examination
    share = level(rules.fast_share, fractional_years(started))
    relative = rng.gamma(rules.shape, size=len(started)) / rules.shape / (1 - share * (1 - rules.fast_factor))
    relative = np.where(fast, relative * rules.fast_factor, relative)
    months = relative * level(rules.months, fractional_years(started))
    for _ in range(4):  # the figure belongs to the year in which the case is closed, which it decides itself
        months = relative * level(rules.months, fractional_years(started + months * MONTH_DAYS))
    days: Ints = np.maximum(np.rint(months * MONTH_DAYS), 1).astype(np.int64)
    return days


def _outcome(levels: Levels, rng: np.random.Generator, ip: Ints, requested: Ints) -> Ints:
    rules, size = levels.outcomes, len(ip)
    granted = rng.random(size) < np.array([rules.granted[name] for name in IP_TYPES])[ip]
    refused = rng.random(size) < np.array([rules.refused[name] for name in IP_TYPES])[ip]
    left = np.where(rng.random(size) < 0.5, DISPOSALS.index("withdrawn"), DISPOSALS.index("deemed_withdrawn"))
    found = np.where(granted, 0, np.where(refused, DISPOSALS.index("refused"), left))
    return np.where((ip == 0) & (requested == NEVER), DISPOSALS.index("deemed_withdrawn"), found)


def _kept(levels: Levels, rng: np.random.Generator, filed: Ints, granted: Ints, ip: Ints) -> tuple[Ints, Ints]:
    """When each patent ends and why: on an anniversary of filing when its fee is not paid, or with its term; few otherwise."""
    rules, size, exists = levels.outcomes, len(ip), granted < NEVER
    lost = np.array([1 - rules.kept_a_year[name] for name in IP_TYPES])[ip]
    longest = np.array([rules.longest_years[name] for name in IP_TYPES])[ip]
    age = np.ceil((np.where(exists, granted, filed) - filed) / YEAR_DAYS).astype(np.int64)
    years = np.minimum(age + rng.geometric(lost) - 1, longest)
    ended = filed + np.rint(np.maximum(years, age) * YEAR_DAYS).astype(np.int64)
    reason = np.where(years == longest, REASONS.index("expired"), REASONS.index("lapsed"))
    other = rng.random(size) < rules.other_ends
    sooner = granted + ((ended - granted) * rng.random(size)).astype(np.int64)
    other_reason = np.where(rng.random(size) < 0.8, REASONS.index("abandoned"), REASONS.index("invalidated"))
    ended, reason = np.where(other, sooner, ended), np.where(other, other_reason, reason)
    return np.where(exists, ended, NEVER), reason


def _applicants(levels: Levels, people: Population, rng: np.random.Generator, ip: Ints) -> Ints:
    found = np.empty(len(ip), np.int64)
    groups = (*KINDS, "foreign")
    for position, name in enumerate(IP_TYPES):
        mine = ip == position
        shares = np.array([levels.applicants.shares[name][group] for group in groups])
        found[mine] = people.draw(rng, shares, int(mine.sum()))
    return found


def symbols(levels: Levels) -> list[str]:
    """The IPC symbols in use, by falling rank."""
    return [subclass + group for group in levels.technology.groups for subclass in levels.technology.subclasses]


def symbol_lists(levels: Levels) -> list[list[str]]:
    """The lists of symbols that an application may have: of each main symbol, which leads them, one of every length."""
    known, most = symbols(levels), levels.technology.symbols[1]
    steps = [(0, *STEPS)[: n + 1] for n in range(most)]
    return [[known[(main + step) % len(known)] for step in those] for main in range(len(known)) for those in steps]


def symbol_shares(levels: Levels) -> Floats:
    """How often each symbol is the main one."""
    ranks = np.arange(1, len(symbols(levels)) + 1)
    shares: Floats = ranks**-levels.technology.skew
    return shares


def _classes(levels: Levels, number: Ints, main: Ints) -> Ints:
    """Which list of symbols: between the least and the most of them, as the application number decides."""
    least, most = levels.technology.symbols
    more = number * 7919 % (most - least + 1)
    return np.where(main < 0, -1, main * most + least - 1 + more)
