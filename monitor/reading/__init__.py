"""From an article to its tags and claims. Pure: no clock, no network, no disk, no log."""
