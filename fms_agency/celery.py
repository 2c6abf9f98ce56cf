"""The Celery application. Tasks are doorbells: what must not be lost is a row in PostgreSQL."""

import os
from typing import Any

from celery import Celery, Task

from workflow import walls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fms_agency.settings")


class HouseTask(Task):  # type: ignore[type-arg]
    """Tasks act for the house itself: what they run was decided at the gate."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with walls.house():
            return super().__call__(*args, **kwargs)


app = Celery("fms_agency", task_cls=HouseTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
