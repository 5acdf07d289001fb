"""What is taught: the schema of lessons, loading and checking them. No UI, no models at import."""
