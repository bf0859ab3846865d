"""Passive scalars on a flow that stands: tracers of supplies and racks, age of air, humidity."""
