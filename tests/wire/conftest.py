"""A running `limner serve`, for the tests with real SDKs."""

from servers import served

__all__ = ["served"]
