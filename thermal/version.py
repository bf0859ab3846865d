"""The version, in the one place from which packaging, `hallflow --version` and every record read it."""

__version__ = "0.1.0"
