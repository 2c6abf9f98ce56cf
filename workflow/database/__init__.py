"""A PostgreSQL backend for Django that tells the database for whom each transaction is."""
