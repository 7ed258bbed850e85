"""The command line: `limner …`."""
