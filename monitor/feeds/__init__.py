"""From a feed's address to its entries: fetch, parse, schedule."""
