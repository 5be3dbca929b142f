"""Only a docstring and a constant."""

VERSION = (1, 4, 2)
