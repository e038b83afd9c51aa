"""The ledger's policy, as the owner set it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.settings import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the rules of the ledger may be tuned by. See `config.settings.Ledger` for each."""

    contest_window: timedelta
    reminders: tuple[timedelta, ...]
    min_confidence: float
    review_confidence: float
    position_lapse: timedelta

    @classmethod
    def of(cls, settings: Ledger) -> Policy:
        """The policy that the settings ask for."""
        return cls(
            contest_window=settings.contest_window,
            reminders=settings.reminders,
            min_confidence=settings.min_confidence,
            review_confidence=settings.review_confidence,
            position_lapse=settings.position_lapse,
        )
