"""Bringing in applications that were collected elsewhere: read, checked with the manager, written in one short transaction."""
