"""How the reading's models are made: annotated articles to instances, instances to weights. Not part of the program."""

import os

# Folds and models are made beside each other, each on a core of its own; to be set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
