from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "fms_agency"

    def ready(self) -> None:
        from fms_agency import walls  # noqa: F401  declares; models are loaded by now
