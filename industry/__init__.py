"""What can be made: the catalogue of articles and services."""
