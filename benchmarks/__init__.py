"""Measurements: what each figure is, how it is taken, and other programs on the same halls. Nothing here is shipped or tested."""
