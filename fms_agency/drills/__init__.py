"""Drills: what the house claims about bad days, tried on a real house that is made for it."""
