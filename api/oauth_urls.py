"""Where a client fetches its access token, and gives it back. Nothing else of OAuth is served."""

from __future__ import annotations

from django.urls import path
from oauth2_provider.views import RevokeTokenView, TokenView

from partners.policies import anybody

app_name = "oauth2_provider"
urlpatterns = [
    path("token/", anybody(TokenView.as_view()), name="token"),
    path("revoke_token/", anybody(RevokeTokenView.as_view()), name="revoke-token"),
]
