"""The demo: the real daemon on a year of made-up news about real deals, with everything it talks to on loopback."""
