"""Papers: rendered or received, kept under their hash, never changed. Knows no room."""
