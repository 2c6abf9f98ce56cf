from importlib import import_module

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from partners.identity import lines  # noqa: F401  it listens once the apps are loaded

        import_module("partners.forms")  # so that each step finds the form that asks for it
