"""The server's fixtures, for the behaviour tests of both APIs."""

import httpx
import pytest

from pictures import Desk
from servers import client, database, keys, postgres, store

__all__ = ["client", "database", "keys", "postgres", "store"]


@pytest.fixture
def desk(client: httpx.Client) -> Desk:
    """A dataset with a class of each type and one image, `a.png`."""
    made = Desk(client)
    made.uploads("a.png")
    return made
