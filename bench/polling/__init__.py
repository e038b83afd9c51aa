"""How fast feeds are polled, beside other readers, on one loopback server: `make bench-polling`."""
