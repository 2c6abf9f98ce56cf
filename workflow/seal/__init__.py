"""The sealed trail: what was written cannot be altered without it being found and named.

`tree` and `note` are the published forms (RFC 6962, C2SP); `protected` and `attest` watch the rows;
`sealer` signs; `verify` looks for what does not fit; `proof` convinces somebody outside.
"""
