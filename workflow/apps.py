from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        from workflow.seal.attest import keep_up  # needs the models, which come after the apps

        post_migrate.connect(build_walls, sender=self)  # first: what follows is written behind them
        post_migrate.connect(keep_up, sender=self)


def build_walls(**about: Any) -> None:
    """After each `migrate`; a test that empties its tables sends the same signal without a plan."""
    from workflow.database.building import build  # models are loaded by now

    if "plan" in about:
        build()
