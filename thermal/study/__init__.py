"""Grid studies: the same case on three geometrically similar grids, and what their differences say of the finest one."""
