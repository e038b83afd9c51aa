"""A change becomes an alert: labels to match by, a title in a desk's words, facts, the quote that proves it."""

from monitor.announce.alert import alert, change_id
from monitor.announce.story import story

__all__ = ["alert", "change_id", "story"]
