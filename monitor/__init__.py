"""Reading the world and keeping the ledger; the daemon and its front doors."""
