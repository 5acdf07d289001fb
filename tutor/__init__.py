"""A terminal tutor on how large language models work."""

import os

# The matrices here are small: a second BLAS thread waits more than it works, and much more on a busy machine.
# It counts only when it is set before NumPy is first imported, so here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
