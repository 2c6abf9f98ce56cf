"""The WSGI application the web server calls."""

import logging
import os
from typing import Any

from django.core.wsgi import get_wsgi_application

from workflow import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fms_agency.settings")

log = logging.getLogger(__name__)
logs.this_process_is("web")
_answer = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    try:
        return _answer(environ, start_response)
    except Exception:
        log.exception("not even the page that says so could be made")
        raise
