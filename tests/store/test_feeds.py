"""Feeds: agreeing with the config, leases between workers, fencing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import Feed
from monitor.store import Store, feeds
from monitor.store.feeds import LeaseLost, State, Synced, UnknownFeed

MakeFeed = Callable[..., Feed]
LEASE = timedelta(minutes=5)


def names(store: Store) -> list[str]:
    with store.read() as connection:
        return [stored.feed.name for stored in feeds.listing(connection)]


def sync(store: Store, configured: list[Feed], now: datetime) -> Synced:
    with store.begin() as connection:
        return feeds.sync(connection, configured, now)


def claim(store: Store, now: datetime, limit: int = 10, token: str = "t", held: tuple[int, ...] = ()) -> list[str]:
    with store.begin() as connection:
        return [lease.feed.name for lease in feeds.claim_due(connection, now, limit, LEASE, token, held)]


def test_sync_adds_changes_and_puts_to_rest(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    assert sync(store, [make_feed("A"), make_feed("B")], now) == Synced(added=("A", "B"))
    assert sync(store, [make_feed("A"), make_feed("B")], now) == Synced()
    assert sync(store, [make_feed("A", tier=1)], now) == Synced(changed=("A",), removed=("B",))
    assert names(store) == ["A"]
    with store.read() as connection:
        assert feeds.get(connection, "A").feed.tier == 1
        assert [s.feed.name for s in feeds.listing(connection, resting=True)] == ["A", "B"]
    assert sync(store, [make_feed("A", tier=1), make_feed("B")], now) == Synced(added=("B",))


def test_a_feed_that_is_switched_off_rests(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    sync(store, [make_feed("A")], now)
    assert sync(store, [make_feed("A", enabled=False)], now) == Synced(removed=("A",))
    assert claim(store, now) == []


def test_a_commanded_feed_survives_a_sync_and_yields_to_yaml(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    with store.begin() as connection:
        assert feeds.add(connection, make_feed("C"), now)
    assert sync(store, [], now) == Synced()
    assert names(store) == ["C"]
    sync(store, [make_feed("C", tier=1)], now)
    with store.begin() as connection:
        assert feeds.get(connection, "C").origin == "yaml"
        assert not feeds.add(connection, make_feed("C", tier=3), now)
        assert feeds.get(connection, "C").feed.tier == 1


def test_every_setting_of_a_feed_comes_back(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    feed = make_feed(
        "A", interval=timedelta(minutes=7), country="KR", tags=("x", "y"), publisher="P", kind="wire", full_text=True
    )
    sync(store, [feed], now)
    with store.read() as connection:
        assert feeds.get(connection, "A").feed == feed


def test_unknown_names_are_told(store: Store, now: datetime) -> None:
    with store.begin() as connection:
        with pytest.raises(UnknownFeed):
            feeds.get(connection, "nobody")
        with pytest.raises(UnknownFeed):
            feeds.remove(connection, "nobody")
        with pytest.raises(UnknownFeed):
            feeds.poll_now(connection, ["nobody"], now)


def test_claiming_takes_the_longest_due_first_and_only_what_is_due(
    store: Store, make_feed: MakeFeed, now: datetime
) -> None:
    sync(store, [make_feed("B")], now - timedelta(minutes=1))
    sync(store, [make_feed("B"), make_feed("A")], now - timedelta(minutes=2))
    sync(store, [make_feed("A"), make_feed("B"), make_feed("C")], now + timedelta(seconds=1))
    assert claim(store, now, 1) == ["A"]
    assert claim(store, now) == ["B"]
    assert claim(store, now) == []
    assert claim(store, now + timedelta(seconds=1)) == ["C"]


def test_a_lease_that_ran_out_falls_to_the_next_but_not_from_under_its_holder(
    store: Store, make_feed: MakeFeed, now: datetime
) -> None:
    sync(store, [make_feed("A")], now)
    with store.begin() as connection:
        (lease,) = feeds.claim_due(connection, now, 5, LEASE, "first")
    assert claim(store, now + LEASE - timedelta(seconds=1)) == []
    assert claim(store, now + LEASE, held=(lease.id,)) == []
    assert claim(store, now + LEASE, token="second") == ["A"]
    with pytest.raises(LeaseLost), store.begin() as connection:
        feeds.finish_all(connection, [(lease, replace(lease.state, etag="stale"))])
    with store.read() as connection:
        assert feeds.get(connection, "A").state.etag is None


def test_finish_writes_the_state_and_gives_the_lease_back_once(
    store: Store, make_feed: MakeFeed, now: datetime
) -> None:
    sync(store, [make_feed("A")], now)
    state = State(
        next_poll_at=now + timedelta(minutes=15),
        etag='W/"1"',
        last_modified="Fri, 14 Nov 2025 09:00:00 GMT",
        body_hash="ab" * 32,
        moved_to="https://new.example/rss",
        first_polled_at=now,
        last_polled_at=now,
        last_ok_at=now,
        last_error="HTTP 500",
        failures=2,
    )
    with store.begin() as connection:
        (lease,) = feeds.claim_due(connection, now, 5, LEASE, "t")
        feeds.finish_all(connection, [(lease, state)])
    with store.read() as connection:
        stored = feeds.get(connection, "A")
    assert stored.state == state
    assert stored.url == "https://new.example/rss"
    with pytest.raises(LeaseLost), store.begin() as connection:
        feeds.finish_all(connection, [(lease, state)])


def test_a_new_address_forgets_validators_and_fences_the_poll_under_way(
    store: Store, make_feed: MakeFeed, now: datetime
) -> None:
    sync(store, [make_feed("A")], now)
    with store.begin() as connection:
        (lease,) = feeds.claim_due(connection, now, 5, LEASE, "t")
        moved = replace(lease.state, etag="1", first_polled_at=now, moved_to="https://m.example")
        feeds.finish_all(connection, [(lease, moved)])
        (lease,) = feeds.claim_due(connection, now, 5, LEASE, "u")
    sync(store, [make_feed("A", url="https://other.example/rss")], now + timedelta(hours=1))
    with pytest.raises(LeaseLost), store.begin() as connection:
        feeds.finish_all(connection, [(lease, replace(lease.state, etag="2"))])
    with store.read() as connection:
        stored = feeds.get(connection, "A")
    assert stored.url == "https://other.example/rss"
    assert stored.state == State(next_poll_at=now + timedelta(hours=1))
    assert stored.added_at == now + timedelta(hours=1)


def test_a_shorter_interval_brings_the_next_poll_nearer(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    sync(store, [make_feed("A")], now)
    with store.begin() as connection:
        (lease,) = feeds.claim_due(connection, now, 5, LEASE, "t")
        feeds.finish_all(connection, [(lease, replace(lease.state, next_poll_at=now + timedelta(days=1)))])
    sync(store, [make_feed("A", interval=timedelta(minutes=10))], now)
    with store.read() as connection:
        assert feeds.get(connection, "A").state.next_poll_at == now + timedelta(minutes=10)


def test_release_makes_a_feed_due_again(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    sync(store, [make_feed("A")], now)
    with store.begin() as connection:
        (lease,) = feeds.claim_due(connection, now, 5, LEASE, "t")
        feeds.release(connection, [replace(lease, token="somebody else's")])
    assert claim(store, now) == []
    with store.begin() as connection:
        feeds.release(connection, [lease])
    assert claim(store, now) == ["A"]


def test_poll_now_makes_due(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    sync(store, [make_feed("A")], now + timedelta(days=1))
    assert claim(store, now) == []
    with store.begin() as connection:
        feeds.poll_now(connection, ["A"], now)
    assert claim(store, now) == ["A"]


def test_workers_side_by_side_never_hold_the_same_feed(
    store: Store, url: str, make_feed: MakeFeed, now: datetime
) -> None:
    sync(store, [make_feed(f"F{n:03}") for n in range(60)], now)
    taken: list[str] = []

    def work(worker: int) -> None:
        mine = Store.open(url)
        for turn in range(100):
            got = claim(mine, now, 3, f"{worker}.{turn}")
            if not got:
                break
            taken.extend(got)
        mine.close()

    threads = [threading.Thread(target=work, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"F{n:03}" for n in range(60)]


COUNTER = count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["claim", "finish", "wait"]), st.integers(0, 3)), max_size=25))
def test_only_the_newest_lease_ever_writes(
    store: Store, make_feed: MakeFeed, now: datetime, steps: list[tuple[str, int]]
) -> None:
    """Whatever the order of claims, waits and late endings: who finishes holds the last lease that was given."""
    name = f"F{next(COUNTER)}"
    leases: list[feeds.Lease] = []
    newest: feeds.Lease | None = None
    clock = now
    with store.begin() as connection:
        feeds.add(connection, make_feed(name), now)
    for turn, (act, pick) in enumerate(steps):
        if act == "wait":
            clock += LEASE
        elif act == "claim":
            with store.begin() as connection:
                taken = feeds.claim_due(connection, clock, 1000, LEASE, f"{name}.{turn}")
            got = [lease for lease in taken if lease.feed.name == name]
            leases += got
            newest = got[0] if got else newest
        elif leases:
            lease = leases[pick % len(leases)]
            try:
                with store.begin() as connection:
                    feeds.finish_all(connection, [(lease, replace(lease.state, next_poll_at=clock))])
            except LeaseLost:
                assert lease is not newest
            else:
                assert lease is newest
                newest = None


def test_a_commanded_feed_yields_to_yaml_at_the_same_address_too(
    store: Store, make_feed: MakeFeed, now: datetime
) -> None:
    with store.begin() as connection:
        feeds.add(connection, make_feed("Mine", url="https://www.a.example/rss/?utm_source=x"), now)
        feeds.add(connection, make_feed("Other"), now)
        own = [make_feed("Own", url="http://a.example/rss"), make_feed("Off", enabled=False)]
        assert feeds.doubles(connection, own) == ["Mine"]
        assert feeds.sync(connection, own, now) == feeds.Synced(("Own",), (), ("Mine",))
        assert feeds.doubles(connection, own) == []
        assert [one.feed.name for one in feeds.listing(connection)] == ["Other", "Own"]


def test_a_pause_ends_with_the_feed(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    with store.begin() as connection:
        feeds.add(connection, make_feed("A"), now)
        feeds.pause(connection, "A", "why", now)
        assert feeds.get(connection, "A").pause_reason == "why"
        assert feeds.claim_due(connection, now, 10, timedelta(minutes=1), "t") == []
        feeds.remove(connection, "A")
        feeds.add(connection, make_feed("A"), now)
        assert feeds.get(connection, "A").paused_at is None
        assert len(feeds.claim_due(connection, now, 10, timedelta(minutes=1), "t")) == 1
        with pytest.raises(feeds.UnknownFeed):
            feeds.pause(connection, "B", "", now)


def test_the_feeds_that_fail_are_found_without_the_others(store: Store, make_feed: MakeFeed, now: datetime) -> None:
    with store.begin() as connection:
        for name, failures in (("A", 0), ("B", 1), ("C", 5), ("paused", 5), ("rests", 5)):
            feeds.add(connection, make_feed(name), now)
            (lease,) = feeds.claim_due(connection, now, 1, LEASE, name)
            feeds.finish_all(connection, [(lease, State(next_poll_at=now + LEASE, failures=failures))])
        feeds.pause(connection, "paused", "", now)
        feeds.remove(connection, "rests")
        assert feeds.number_asked(connection) == 3
        assert [one.feed.name for one in feeds.failing(connection)] == ["B", "C"]
        assert [one.state.failures for one in feeds.failing(connection, 5)] == [5]
