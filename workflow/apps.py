from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        from workflow.seal.attest import keep_up  # needs the models, which come after the apps

        post_migrate.connect(keep_up, sender=self)
