#!/usr/bin/env python
"""Django's command line for the house."""

import os
import sys

from fms_agency import alone

if __name__ == "__main__":
    if alone.stands_alone(sys.argv[1:]):
        alone.furnish(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fms_agency.settings")
    from django.core.management import execute_from_command_line  # after the settings are named

    execute_from_command_line(sys.argv)
