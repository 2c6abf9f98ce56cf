"""The gate: steps of cases, the trail, approvals, deadlines and follow-ups. Knows no room."""
