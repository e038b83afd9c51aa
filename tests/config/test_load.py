from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import starter
from config.load import ConfigError, Loaded, load
from config.places import find
from config.settings import Feed
from config.yamlsource import read

Write = Callable[..., Path]


def problems(path: Path, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, env or {})
    return [problem.message for problem in caught.value.problems]


def feed(loaded: Loaded, name: str) -> Feed:
    return next(feed for feed in loaded.config.feeds if feed.name == name)


# --- where it is found -------------------------------------------------------------------------------------------


def test_order_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {name: tmp_path / name for name in ("given", "variable", "here", "home/pactwatch")}
    for place in places.values():
        starter.write(place)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(places["here"])
    env = {"PACTWATCH_CONFIG": str(places["variable"])}
    assert find(places["given"], env) == places["given"]
    assert find(None, env) == places["variable"]
    assert find(None, {}) == places["here"]
    monkeypatch.chdir(tmp_path)
    assert find(None, {}) == places["home/pactwatch"]


def test_nothing_found_names_the_places_and_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load(None, {})
    assert str(tmp_path / "pactwatch.yaml") in str(caught.value)
    assert str(tmp_path / "home" / "pactwatch" / "pactwatch.yaml") in str(caught.value)
    assert "pactwatch init" in str(caught.value)


def test_a_given_place_that_is_not_there_is_never_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert problems(tmp_path / "other") == ["--config does not exist"]
    with pytest.raises(ConfigError, match="PACTWATCH_CONFIG does not exist"):
        load(None, {"PACTWATCH_CONFIG": str(tmp_path / "other")})
    (tmp_path / "empty").mkdir()
    assert problems(tmp_path / "empty") == ["--config has no pactwatch.yaml"]


def test_a_file_is_read_alone_and_a_folder_with_its_neighbours(write: Write) -> None:
    folder = write("catalogue: false")
    write("watchlists: [{name: Seoul, countries: [KR]}]", "watchlists.yaml")
    write("services: {web: {image: x}}", "compose.yaml")
    alone = load(folder / "pactwatch.yaml", {})
    together = load(folder, {})
    assert alone.config.watchlists == ()
    assert [one.name for one in together.config.watchlists] == ["Seoul"]
    assert [path.name for path in together.files] == ["pactwatch.yaml", "watchlists.yaml"]
    assert [w.file.name for w in together.warnings if w.file] == ["compose.yaml"]
    assert alone.config_dir == together.config_dir == folder


def test_what_is_no_file_is_left_out_and_what_cannot_be_read_is_a_problem(write: Write) -> None:
    folder = write("catalogue: false")
    (folder / "feeds.yaml").symlink_to(folder / "gone.yaml")
    (folder / "more.yaml").mkdir()
    assert load(folder, {}).files == (folder / "pactwatch.yaml",)
    root, found = read(folder / "more.yaml")
    assert (root, [problem.message for problem in found]) == (None, ["cannot be read: is a directory"])


# --- what is merged ----------------------------------------------------------------------------------------------


def test_an_entry_changes_the_shipped_one_field_by_field(write: Write) -> None:
    shipped = load(write("settings: {}"), {})
    off = next(one for one in shipped.config.feeds if not one.enabled)
    changed = load(
        write(f"""
        feeds:
          - name: Axios
            tier: 3
            interval: 2h
          - url: {off.url}
            name: My name for it
            enabled: true
          - name: Mine
            url: https://example.org/feed.xml
        watchlists:
          - name: US-KR
            threshold: 2.5
        """),
        {},
    )
    axios = feed(shipped, "Axios")
    assert feed(changed, "Axios") == axios.model_copy(update={"tier": 3, "interval": timedelta(hours=2)})
    renamed = feed(changed, "My name for it")
    assert (renamed.url, renamed.enabled, renamed.why_off) == (off.url, True, "")
    assert off.why_off
    assert len(changed.config.feeds) == len(shipped.config.feeds) + 1
    korea = next(one for one in changed.config.watchlists if one.name == "US-KR")
    assert (korea.countries, korea.threshold) == (("US-KR",), 2.5)


def test_catalogue_switches(write: Write) -> None:
    none = load(write("catalogue: false"), {})
    assert (none.config.feeds, none.config.watchlists) == ((), ())
    lists_only = load(write("catalogue: {feeds: false}"), {})
    assert lists_only.config.feeds == ()
    assert lists_only.config.watchlists
    all_on = load(write("catalogue: true"), {})
    chosen = load(
        write("""
        catalogue:
          enable: ["Korea.net, government news in English"]
          disable: [Axios, https://ustr.gov/rss.xml]
        """),
        {},
    )
    was_on = {one.name for one in all_on.config.feeds if one.enabled}
    is_on = {one.name for one in chosen.config.feeds if one.enabled}
    assert is_on - was_on == {"Korea.net, government news in English"}
    assert was_on - is_on == {"Axios", "USTR, site feed (press releases, notices)"}
    assert feed(chosen, "Korea.net, government news in English").why_off == ""


def test_yaml_words_that_yaml_1_1_would_twist(write: Write) -> None:
    loaded = load(
        write("""
        catalogue: false
        watchlists:
          - name: yes
            countries: [NO, EU]
            words: [on, off, 1:30, 0123]
        feeds:
          - {name: "12", url: "https://example.org/", country: NO, enabled: no}
        """),
        {},
    )
    watchlist = loaded.config.watchlists[0]
    assert watchlist.name == "yes"
    assert watchlist.countries == ("NO", "EU")
    assert watchlist.words == ("on", "off", "1:30", "0123")
    assert (loaded.config.feeds[0].country, loaded.config.feeds[0].enabled) == ("NO", False)


def test_merge_keys_spare_repeating(write: Write) -> None:
    loaded = load(
        write("""
        catalogue: false
        feeds:
          - &mine {name: One, url: https://example.org/1, country: KR, kind: newspaper, tier: 2}
          - <<: *mine
            name: Two
            url: https://example.org/2
        """),
        {},
    )
    one, two = loaded.config.feeds
    assert two == one.model_copy(update={"name": "Two", "url": "https://example.org/2"})


def test_deals_come_in_the_ledgers_order(write: Write) -> None:
    loaded = load(write("{catalogue: false, watchlists: [{name: x, countries: [KR-US, WORLD-US, JP-EU]}]}"), {})
    assert loaded.config.watchlists[0].countries == ("US-KR", "US-WORLD", "EU-JP")


# --- folders -----------------------------------------------------------------------------------------------------


def test_data_folder(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write("settings: {data_dir: data}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert load(folder, {}).data_dir == folder / "data"
    assert load(folder, {"PACTWATCH_DATA_DIR": "elsewhere"}).data_dir == tmp_path / "elsewhere"
    assert load(write("settings: {data_dir: /var/lib/pactwatch}"), {}).data_dir == Path("/var/lib/pactwatch")
    assert load(write("settings: {}"), {}).data_dir == tmp_path / "share" / "pactwatch"


# --- loading again ----------------------------------------------------------------------------------------------


def test_loading_is_a_function_of_files_and_environment(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write("catalogue: false\nwatchlists: [{name: one}]")
    monkeypatch.chdir(folder)
    first = load(None, {})
    files = sorted(folder.rglob("*"))
    monkeypatch.chdir("/")
    assert load(first.source, {}) == first
    write("catalogue: false\nwatchlists: [{name: two}]")
    assert [one.name for one in load(first.source, {}).config.watchlists] == ["two"]
    write("catalogue: false\nwatchlist: [{name: three}]")
    with pytest.raises(ConfigError):
        load(first.source, {})
    assert [one.name for one in first.config.watchlists] == ["one"]
    assert sorted(folder.rglob("*")) == files
    assert "PACTWATCH_CONFIG" not in os.environ


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**6) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_a_field_is_a_config_or_problems_with_lines(write: Write, data: st.DataObject) -> None:
    """One field of a good configuration is replaced by junk: no other exception, and no problem without a line."""
    good = {
        "catalogue": False,
        "settings": {
            "contact": "x",
            "polling": {"interval": "15m"},
            "allow_private": ["127.0.0.1"],
            "mail": {"port": 25},
        },
        "feeds": [{"name": "One", "url": "https://example.org/", "country": "KR", "tier": 1, "interval": "1h"}],
        "watchlists": [{"name": "Seoul", "countries": ["US-KR"], "scopes": ["autos"], "threshold": 1}],
        "subscriptions": [{"name": "s", "watchlist": "Seoul", "channel": "webhook", "to": "https://example.org/"}],
    }
    section = data.draw(st.sampled_from(sorted(good)))
    junk = data.draw(JUNK)
    target = good[section]
    if isinstance(target, list):
        entry = target[0]
        entry[data.draw(st.sampled_from(sorted(entry)))] = junk
    elif isinstance(target, dict):
        target[data.draw(st.sampled_from(sorted(target)))] = junk
    else:
        good[section] = junk
    folder = write(yaml.safe_dump(good, allow_unicode=True))
    try:
        loaded = load(folder, {})
    except ConfigError as error:
        assert error.problems
        assert all(problem.file == folder / "pactwatch.yaml" and problem.line for problem in error.problems)
    else:
        assert loaded.files == (folder / "pactwatch.yaml",)
