"""What a live card computes and how it is drawn in cells: pure functions, no Textual, no threads."""
