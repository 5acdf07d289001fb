"""What can go wrong with a model on disk, as one line for the learner."""


class ModelFileError(Exception):
    """A file of a model is missing, truncated or of a kind we do not read; the message says which."""
