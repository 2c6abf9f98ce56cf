"""Wires the house: settings, addresses, the worker, the embedded servers. Imported by nobody."""

from fms_agency.celery import app as celery_app

__all__ = ["celery_app"]
