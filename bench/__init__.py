"""Measurements: how well it reads. Not part of the installed program."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does; to be set before numpy is imported
