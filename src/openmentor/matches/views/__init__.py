"""The doors of matching."""
