"""What else a claim says: whose firm, what it replaces, from when. The doorway to the three choices."""

from monitor.reading.actor_choice import actor_options
from monitor.reading.effective_choice import effective_options
from monitor.reading.nearby import Option
from monitor.reading.previous_choice import comparable, previous_options

__all__ = ["Option", "actor_options", "comparable", "effective_options", "previous_options"]
