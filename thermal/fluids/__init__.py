"""Properties of the fluids: SI in, SI out, each formula with its source and valid range."""
