"""What the learner did: the store of progress and the grading of answers. No UI, no models at import."""
