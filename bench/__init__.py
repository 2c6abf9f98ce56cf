"""Measurements of the house. Each module measures one thing; `python -m bench` prints them all."""
