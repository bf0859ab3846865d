"""Racks: what they draw, what they blow, what they take from the liquid."""
