"""Scenarios side by side, in the same worlds, with the same luck."""
