"""Who is told what, and by which way it reached them. Knows no room."""
