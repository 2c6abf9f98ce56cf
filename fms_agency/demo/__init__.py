"""The demo world and the player of the deals: samples to look at, never part of a real house."""
