"""After a crash: what the dead daemon held is due again at once, and not when its leases have run out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from alerts.tables import deliveries
from monitor.store.schema import feeds


def take_back(connection: Connection, now: datetime) -> tuple[int, int]:
    """Ends all leases; how many feeds and deliveries were held.

    Only for who knows that nobody else works on this database, as the holder of the data folder's lock does of the
    database in it. A delivery that had left before the crash leaves once more, under the same id.
    """
    held = update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None, lease_token=None)
    # The next claim takes whatever is past its time, and gives it a token of its own. An attempt of which nobody knows
    # whether it was made is not counted: most of what is claimed has not begun.
    again = {"next_attempt_at": now, "attempts": deliveries.c.attempts - 1}
    flying = update(deliveries).where(deliveries.c.state == "leased").values(**again)
    return connection.execute(held).rowcount, connection.execute(flying).rowcount
