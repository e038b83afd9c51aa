"""What is kept: feeds, items, claims, terms and changes, as rows; functions over a connection and ids."""

from monitor.store.engine import NoLedger, Store, StoreError, url_for

__all__ = ["NoLedger", "Store", "StoreError", "url_for"]
