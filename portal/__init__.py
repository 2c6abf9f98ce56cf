"""The doors for people: staff portal, supplier dashboard, partner pages. No rules, no saves."""
