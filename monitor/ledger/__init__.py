"""From claims to what stands and what moved. Pure: no clock, no network, no disk, no log."""
