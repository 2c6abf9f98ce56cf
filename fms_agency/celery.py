"""The Celery application. Tasks are doorbells: what must not be lost is a row in PostgreSQL."""

import logging.config
import os
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, before_task_publish, celeryd_init, setup_logging
from django.conf import settings

from workflow import logs, walls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fms_agency.settings")


class HouseTask(Task):  # type: ignore[type-arg]
    """Tasks act for the house itself: what they run was decided at the gate."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        about = {"task": self.name, "task_id": self.request.id or ""}
        origin = self.request.get("request_id") or logs.fact("request_id")
        with walls.house(), logs.about(request_id=origin, **about):
            return super().__call__(*args, **kwargs)


app = Celery("fms_agency", task_cls=HouseTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@before_task_publish.connect
def name_the_request(headers: dict[str, Any], **_about: Any) -> None:
    """The task's lines in the log name the request that asked for it."""
    headers["request_id"] = logs.fact("request_id")


@setup_logging.connect
def log_as_the_house_does(**_about: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@celeryd_init.connect
def this_is_a_worker(**_about: Any) -> None:
    logs.this_process_is("worker")


@beat_init.connect
def this_is_beat(**_about: Any) -> None:
    logs.this_process_is("beat")
