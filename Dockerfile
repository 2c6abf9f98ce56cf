# The production image: web, worker, beat and migrate run from it with different commands.
# No database and no broker inside; docker-compose.yml says what it needs around it.

FROM python:3.11-slim-bookworm AS packages
COPY fms_agency/house/uv.txt requirements-production.txt /build/
RUN python -m pip install --no-cache-dir --require-hashes --requirement /build/uv.txt
# As in the bootstrap: the certificates of the system, and never a Python from elsewhere.
ENV UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never
# Compiled here once, so that no container does it at each start.
RUN uv venv --python "$(command -v python3)" /opt/venv \
 && uv pip sync --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes /build/requirements-production.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-morisawa-bizud-gothic \
 && rm -rf /var/lib/apt/lists/*
# A fixed number, so that volumes and secrets keep their owner from one image to the next.
RUN useradd --uid 10001 --no-create-home --home-dir /var/lib/fms --shell /usr/sbin/nologin fms \
 && install -d -o fms -g fms -m 0750 /var/lib/fms /var/lib/fms-beat
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/srv/fms \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/fms
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/fms
COPY . .
# The settings insist on these names; nothing is connected to, and nothing of them stays in the image.
RUN export SECRET_KEY=unused DATABASE_URL=postgres://unused@localhost/unused CELERY_BROKER_URL=memory:// VAR_DIR=/tmp/build \
 && python -m compileall -q . \
 && python manage.py compile_texts \
 && python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf /tmp/build
USER fms
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "20s", "--log-config", "deploy/web_log.json", "fms_agency.wsgi:application"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "fms_agency/house/healthy.py", "web"]
