"""`tutor` is imported before anything that brings NumPy, for the number of BLAS threads it sets."""

import tutor  # noqa: F401
