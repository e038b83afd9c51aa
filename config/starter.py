"""The configuration that `pactwatch init` writes: small, commented, and without a problem."""

from __future__ import annotations

from pathlib import Path

from config.places import MAIN

TEXT = """\
# What pactwatch watches, and whom it tells. After a change: `pactwatch check`, then `pactwatch run` (a daemon that
# runs already takes it in on SIGHUP). Further *.yaml files in this folder are read too, if you want to split this one.
# A line that begins with # and no space is switched off: take the # away to use it.

settings:
  # Where the ledger is kept. A relative path starts at this folder.
  data_dir: data
  # A mail address or page by which the owners of sites can reach you. It is sent with each request: please set it.
  #contact: desk@example.org
  polling:
    # How often a feed is asked, unless it says otherwise: 15m, 1h30m, 1d.
    interval: 15m
  # The server that mails leave by. A secret is named, not written: env:NAME or file:/path.
  #mail:
  #  host: smtp.example.org
  #  username: pactwatch
  #  password: env:SMTP_PASSWORD
  #  sender: pactwatch <alerts@example.org>

# pactwatch comes with a catalogue of feeds (`pactwatch feeds` lists it) and with watchlists for the deals of the
# United States. `catalogue: false` leaves all of that out; this changes parts of it (a name with a comma in quotes):
#catalogue:
#  enable: ["Korea.net, government news in English"]
#  disable: [Axios]

# Your own feeds. An entry with the name or address of a shipped feed changes that one.
#feeds:
#  - name: My trade letter
#    url: https://example.org/feed.xml
#    country: US
#    kind: trade_press
#    tier: 3          # 1 official source, 2 wire or established press, 3 other
#    interval: 30m

watchlists:
  - name: my deals
    # A pair is a deal, a single code every term of that country, US-WORLD a measure for all.
    countries: [US-KR, US-JP, US-EU]
    # Empty means all. Topics: tariff, investment, purchase. Scopes: autos, steel, semiconductors, ...
    topics: []
    scopes: []
    # The worst source that may cause an alert: 1, 2 or 3.
    tier: 3
    # Least change that counts: percentage points for rates, percent of the old figure for money.
    threshold: 0

# Who is told, and how. `pactwatch alerts test NAME` sends a try and shows the answer. A webhook is signed as Standard
# Webhooks are; make its secret with: echo whsec_$(openssl rand -base64 32)
#subscriptions:
#  - name: trade desk
#    watchlist: my deals
#    channel: mail
#    to: desk@example.org
#  - name: pricing system
#    watchlist: my deals
#    channel: webhook
#    to: https://example.org/hooks/pactwatch
#    secret: env:HOOK_SECRET
"""


def write(folder: Path) -> Path:
    """Writes the starter into a folder, made where it is missing, and returns its path.

    Raises FileExistsError where a configuration is there already, and OSError where it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / MAIN
    with path.open("x", encoding="utf-8") as stream:
        stream.write(TEXT)
    return path
