"""Measures alerts: throughput, latency, neighbours of bad receivers, kill -9. `make bench-alerts`."""
