"""The room of approvals (決裁): files that go along a line of posts until one authority decides."""
