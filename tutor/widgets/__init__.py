"""One Textual widget an experiment, and the few shared pieces."""
