"""Make the files docker-compose.yml takes its secrets from, once: `python3 deploy/make_secrets.py`.

Files that exist are left alone, so a secret given by hand (the mail server's address) stays.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"


def keep(name: str, value: str) -> str:
    """Write a secret unless there is one; return the one that counts."""
    path = FOLDER / name
    if not path.exists():
        path.write_text(value + "\n")
        # The folder keeps strangers out; inside the container another user has to read the file.
        path.chmod(0o444)
        print(f"made {path.name}")
    return path.read_text().strip()


def main() -> None:
    FOLDER.chmod(0o700)
    keep("secret_key", secrets.token_urlsafe(50))
    keep("seal_key", base64.b64encode(secrets.token_bytes(32)).decode())
    keep("postgres_password", secrets.token_urlsafe(32))
    keep("context_key", secrets.token_urlsafe(50))
    owner = keep("owner_password", secrets.token_urlsafe(32))
    web = keep("web_password", secrets.token_urlsafe(32))
    worker = keep("worker_password", secrets.token_urlsafe(32))
    broker = keep("broker_password", secrets.token_urlsafe(32))
    for role, password in (("owner", owner), ("web", web), ("worker", worker)):
        keep(f"{role}_database_url", f"postgres://fms_{role}:{password}@database:5432/fms_agency")
    keep("broker_url", f"redis://:{broker}@broker:6379/0")
    if keep("email_url", "smtp://mail.example.jp:25") == "smtp://mail.example.jp:25":
        print("email_url holds an example: write your mail server's address into it.")


if __name__ == "__main__":
    main()
