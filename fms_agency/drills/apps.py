from django.apps import AppConfig


class WithoutOutbox(AppConfig):
    """Takes the outbox out of the gate; only `without_outbox` installs it."""

    name = "fms_agency.drills"

    def ready(self) -> None:
        from fms_agency.drills import plain_delay  # models are there only now
        from workflow import steps

        steps.set_off = plain_delay.set_off
