"""The door: case files in, frozen models in SI units out. A file passes load (TOML, units, names), then build (geometry)."""
