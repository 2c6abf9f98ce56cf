from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from partners.identity import lines  # noqa: F401  it listens once the apps are loaded
