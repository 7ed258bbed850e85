"""Keeps a document and its server copy in step. No Qt."""
