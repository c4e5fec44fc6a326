"""Amounts of money, counts a month, and other numbers that several small registers draw.

Belongs here: what transactions, pledges and services share. Not here: any one of them.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from ipmon.simulator.levels import Calendar
from ipmon.simulator.world import Ints, Span, apportioned, busyness, scaled_to_years

HUNDRED = 100
LEAST = 2


def monthly_counts(span: Span, calendar: Calendar, yearly: Mapping[int, float], scale: float, rng: np.random.Generator) -> Ints:
    """Records a month from levels a year, times `scale`; never fewer than two a month, so that small worlds have some too."""
    daily = scaled_to_years(span, busyness(span, calendar, rng), yearly)
    weights = np.bincount(span.month_of(span.days), weights=daily)
    return np.maximum(apportioned(weights, round(weights.sum() * scale)), LEAST)


def days_in(span: Span, month: int, size: int, rng: np.random.Generator) -> Ints:
    """Days of one month."""
    return rng.integers(span.starts[month], span.starts[month + 1], size)


def yuan(rng: np.random.Generator, median: float, spread: float, size: int) -> Ints:
    """Amounts in whole hundreds of yuan, at least one hundred, log-normal about the median."""
    drawn: Ints = np.maximum(np.rint(median * np.exp(rng.normal(0, spread, size)) / HUNDRED), 1).astype(np.int64) * HUNDRED
    return drawn


def money(amounts: Ints) -> pl.Series:
    """Amounts as text with two decimals, empty at 0."""
    return pl.select(pl.when(pl.Series(amounts) > 0).then(pl.Series(amounts).cast(pl.String) + ".00")).to_series()


def serials(prefix: str, first: int, size: int) -> pl.Series:
    """Numbers of records: the prefix and nine digits."""
    return prefix + pl.Series(np.arange(first, first + size) + 10**9).cast(pl.String).str.slice(1)
