"""The partner pages: a small web view of what the API offers."""
