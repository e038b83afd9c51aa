"""Label selectors as people write them: `deal=US-KR`, `status!=agreed`, `scope=~auto.*`, `move>=5`. Pure.

The forms are those of Alertmanager's matchers; numbers are compared as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

FORM = re.compile(r"\s*([a-z][a-z_]{0,39})\s*(!=|=~|!~|>=|<=|=|>|<)\s*(.*?)\s*", re.DOTALL)
HINT = "write deal=US-KR, status!=agreed, scope=~auto.*, or move>=5"
#: Longest pattern: it is matched against labels, which are short words.
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Selector:
    """One condition on one label."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}{self.operator}{self.value}"

    def fits(self, labels: Mapping[str, str | float]) -> bool:
        """Whether labels meet it. One that is not there equals nothing, so that it meets only `!=` and `!~`."""
        found = labels.get(self.label)
        if self.operator in (">", ">=", "<", "<="):
            return found is not None and not isinstance(found, str) and self._compared(float(found))
        same = found is not None and self._same(found)
        return not same if self.operator in ("!=", "!~") else same

    def _same(self, found: str | float) -> bool:
        if self.operator in ("=~", "!~"):
            return re.fullmatch(self.value, _text(found)) is not None
        if isinstance(found, str):
            return found == self.value
        try:
            return float(found) == float(self.value)
        except ValueError:
            return False

    def _compared(self, found: float) -> bool:
        limit = float(self.value)
        if self.operator == ">":
            return found > limit
        if self.operator == "<":
            return found < limit
        return found >= limit if self.operator == ">=" else found <= limit


@lru_cache(maxsize=512)
def parse(text: str) -> Selector:
    """The selector that `text` states. Raises ValueError, in words, where it states none."""
    match = FORM.fullmatch(text)
    if match is None or len(text) > LONGEST:
        raise ValueError(f'"{text[:60]}" is no label selector')
    label, operator, value = match.groups()
    value = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    if operator in ("=~", "!~"):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f'"{value[:60]}" is no regular expression: {error}') from error
    elif operator not in ("=", "!="):
        try:
            float(value)
        except ValueError:
            raise ValueError(f'"{text[:60]}" compares with something that is no number') from None
    return Selector(label, operator, value)


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
