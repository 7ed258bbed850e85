"""The server's fixtures, for the behaviour tests of both APIs."""

from servers import client, database, keys, postgres, store

__all__ = ["client", "database", "keys", "postgres", "store"]
