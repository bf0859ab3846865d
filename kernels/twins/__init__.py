"""NumPy statement of every kernel: same names, same arguments, same order, in place. The twin is the specification."""
