"""Version 1 of the partner API: one module per noun."""
