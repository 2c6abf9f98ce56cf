"""May it leave: transfer reviews, shipments, end use."""
