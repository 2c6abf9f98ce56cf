"""Who: nations, ministries, contractors, people, agreements, and what each role may do."""
