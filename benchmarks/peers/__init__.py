"""Other programs on our halls."""
