"""The Celery application. Tasks are doorbells: what must not be lost is a row in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fms_agency.settings")

app = Celery("fms_agency")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
