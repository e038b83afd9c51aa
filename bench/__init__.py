"""Measurements: how well it reads. Not part of the installed program."""
