"""The money: accounts, journals, balances. Knows account codes, not contracts."""
