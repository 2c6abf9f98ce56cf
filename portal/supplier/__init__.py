"""The supplier dashboard: what is asked, what is due, when am I paid."""
