from django.apps import AppConfig
from django.urls import register_converter
from django.urls.converters import StringConverter


class CaseNumber(StringConverter):
    """`JP-PH-26-R0001`: what cannot be a number never reaches the database."""

    regex = "[A-Za-z0-9-]{1,32}"


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        register_converter(CaseNumber, "case_number")
