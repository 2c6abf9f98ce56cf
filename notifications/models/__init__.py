"""Messages to people. `Message` is one notice to one person."""

from notifications.models.message import Message, MessageQuerySet

__all__ = ["Message", "MessageQuerySet"]
