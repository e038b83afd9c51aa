"""Telling people: a router over labels that knows subscriptions and channels and nothing of tariffs."""
