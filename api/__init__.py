"""The door for programs of partner nations: a REST API. It turns HTTP into one call to a room."""
