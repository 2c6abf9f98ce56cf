"""Walls of tables that libraries bring. A table without a wall fails a test."""

from __future__ import annotations

from workflow.walls import Wall, of_entrance, others, own, shared

NOBODY = Wall(readers=frozenset())

# A person's own, read at the entrance before it is known whose.
OWN = own("user_id", readers={"entrance"}, writers={"entrance"})

others.update(
    {
        "account_emailaddress": OWN,
        "account_emailconfirmation": of_entrance(),
        "mfa_authenticator": OWN,
        "socialaccount_socialaccount": OWN,
        "socialaccount_socialapp": shared(),  # issuers stand in the settings; the table is empty
        "socialaccount_socialtoken": of_entrance(),
        "usersessions_usersession": OWN,
        "auth_group": NOBODY,
        "auth_group_permissions": NOBODY,
        "auth_permission": NOBODY,
        "django_content_type": NOBODY,
        "django_session": of_entrance(),
        "notifications_message_attachments": Wall(),
        "oauth2_provider_accesstoken": of_entrance(),
        "oauth2_provider_application": of_entrance(),
        "oauth2_provider_devicegrant": of_entrance(),
        "oauth2_provider_grant": of_entrance(),
        "oauth2_provider_idtoken": of_entrance(),
        "oauth2_provider_refreshtoken": of_entrance(),
    }
)
