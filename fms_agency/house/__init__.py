"""The house's own ground: set-up, embedded servers, and the launcher behind every `make` target."""
