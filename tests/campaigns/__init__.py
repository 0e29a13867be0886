"""Campaigns: long trials that anyone can run, stop and resume; each ends with counts. Small forms are tests."""
