"""The staff portal: what waits for me, every case, step by step."""
