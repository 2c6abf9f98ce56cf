"""All settings, read from the environment once. docs/settings.md lists the names."""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from fms_agency import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

SECRET_KEY = env.text("SECRET_KEY")
# Keys before this one: what they have signed or sealed still opens, nothing new is made with them.
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
# Signs what the database is told of whoever asks (workflow/walls.py).
CONTEXT_KEY = env.text("CONTEXT_KEY", SECRET_KEY)
DEBUG = env.flag("DEBUG", False)
DEMO = env.flag("DEMO", False)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "127.0.0.1,localhost")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Rooms and services stand in the order of the house; what they lean on comes after.
INSTALLED_APPS = [
    "fms_agency",
    "portal",
    "api",
    "cases",
    "exports",
    "ledger",
    "industry",
    "approvals",
    "partners",
    "notifications",
    "documents",
    "workflow",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "workflow.trail.NameTheRequest",
    "partners.middleware.AtTheEntrance",
    "fms_agency.headers.NoClientInTheClear",
    "django.middleware.security.SecurityMiddleware",
    "fms_agency.headers.KeptToOurselves",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "partners.identity.sessions.EndOldSessions",
    "allauth.account.middleware.AccountMiddleware",
    "partners.middleware.BehindTheirWall",
    "partners.middleware.SpeakTheirLanguage",
    "partners.middleware.RefusalsAreLines",
    "partners.middleware.DefaultDeny",
    "portal.limits.PerPerson",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "fms_agency.urls"
WSGI_APPLICATION = "fms_agency.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "portal.context.desk",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# One act is one transaction, opened by the gate: ATOMIC_REQUESTS stays off.
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database("DATABASE_URL")
    | {
        "ATOMIC_REQUESTS": False,
        # After a restart of PostgreSQL nobody gets one of the pool's dead connections.
        "CONN_HEALTH_CHECKS": True,
        # A cursor of the server outlives its transaction, and with it the connection it is on.
        "DISABLE_SERVER_SIDE_CURSORS": env.flag("DATABASE_POOLER", default=False),
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": env.number("DATABASE_POOL", 8), "timeout": 10},
            "options": "-c statement_timeout=30000 -c lock_timeout=5000",
            **env.database_tls("DATABASE_URL"),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "partners.Person"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("family_name", "given_name", "email")},
    },
    {"NAME": "partners.identity.passwords.NoWordsOfTheHouse"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "partners.sessions"
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30)
SESSION_ABSOLUTE_HOURS = env.number("SESSION_ABSOLUTE_HOURS", 12)
SESSIONS_PER_PERSON = env.number("SESSIONS_PER_PERSON", 5)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_HOURS * 60 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True  # pages carry their token in the form
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
PASSWORD_RESET_TIMEOUT = 60 * 60

# Signing in. Attempts are counted in the database (partners.identity.attempts), where every
# process sees them; allauth's own counters live in a cache that may be one process's own.
LOCKOUT_FAILURES = env.number("LOCKOUT_FAILURES", 5)
LOCKOUT_ADDRESS_FAILURES = env.number("LOCKOUT_ADDRESS_FAILURES", 50)
LOCKOUT_MINUTES = env.number("LOCKOUT_MINUTES", 15)
REAUTHENTICATION_SECONDS = env.number("REAUTHENTICATION_SECONDS", 300)
ACCOUNT_ADAPTER = "partners.identity.adapters.SignIn"
ACCOUNT_FORMS = {
    "login": "partners.identity.forms.SignInForm",
    "reauthenticate": "partners.identity.forms.PasswordAgainForm",
    "reset_password": "partners.identity.forms.ForgottenPasswordForm",
    "reset_password_from_key": "partners.identity.forms.NewPasswordForm",
    "change_password": "partners.identity.forms.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; allauth reads the fields here
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = REAUTHENTICATION_SECONDS
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_ADAPTER = "partners.identity.adapters.SecondFactor"
MFA_FORMS = {
    "authenticate": "partners.identity.forms.CodeForm",
    "reauthenticate": "partners.identity.forms.CodeAgainForm",
    "authenticate_webauthn": "partners.identity.forms.PasskeyForm",
    "reauthenticate_webauthn": "partners.identity.forms.PasskeyAgainForm",
    "activate_totp": "partners.identity.forms.ActivateAppForm",
    "add_webauthn": "partners.identity.forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RATE_LIMITS = False
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by the administrator, not by the person
SOCIALACCOUNT_ADAPTER = "partners.identity.adapters.ForeignSignIn"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = env.issuer("OIDC_ISSUER")
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", BASE_DIR / "staticfiles")
WHITENOISE_USE_FINDERS = env.flag("EMBEDDED", DEBUG or DEMO)
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if WHITENOISE_USE_FINDERS
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
MEDIA_ROOT = env.folder("MEDIA_ROOT", VAR_DIR / "papers")
# The trail's signing key goes to the sealer's process alone; public keys and copies lie in the folder.
SEAL_KEY = env.text("SEAL_KEY", "")
SEAL_ORIGIN = env.text("SEAL_ORIGIN", "fms-agency/trail")
SEAL_FOLDER = env.folder("SEAL_FOLDER", VAR_DIR / "seal")
# What `trail verify` also asks, besides the trail itself.
TRAIL_CHECKS = ["documents.checks.files", "ledger.checks.books"]
UPLOAD_LIMIT_BYTES = env.number("UPLOAD_LIMIT_BYTES", 20 * 1024 * 1024)
EXPORT_LIMIT_ROWS = env.number("EXPORT_LIMIT_ROWS", 10_000)
CLAMAV = env.text("CLAMAV", "")
HANDLING_CEILING = env.text("HANDLING_CEILING", "company_confidential")
EMERGENCY_MINUTES = env.number("EMERGENCY_MINUTES", 60)
HANDLING_DEFAULT = env.text("HANDLING_DEFAULT", "confidentiality_2")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

globals().update(env.email("EMAIL_URL", f"file://{VAR_DIR / 'mail'}"))
# Seconds one letter may take. Twice as long after a crash it is sent again.
MAIL_TIME_LIMIT = env.number("MAIL_TIME_LIMIT", 60)
# Seconds after which pages of the agency say that papers and messages are delayed.
DELAY_SHOWN_AFTER = env.number("DELAY_SHOWN_AFTER", 60)
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "agency@example.jp")

# Calls to addresses that partners name (notifications/outgoing.py).
OUTGOING_PORTS = [int(port) for port in env.names("OUTGOING_PORTS", "443")]
OUTGOING_HOSTS = env.names("OUTGOING_HOSTS")
OUTGOING_PROXY = env.text("OUTGOING_PROXY", "")

# How often somebody may ask. Counted in the database (partners.rates), which every process shares.
RATES = {
    "person": env.rate("PERSON_RATE", "600/min"),
    "client": env.rate("API_RATE", "600/min"),
    "token": env.rate("TOKEN_RATE", "60/min"),
    "address": env.rate("ADDRESS_RATE", "600/min"),
}
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)

CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL")
CELERY_TASK_DEFAULT_QUEUE = "fms"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# The restore scan of kombu 5.7 runs every 100 s unless told otherwise; the timeout stays above
# twice the longest task, or a second copy would start beside the first.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    # A click does not wait for a broker that is away (2 + 4 s by default): the sweep will ring.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "forgotten follow-ups": {"task": "workflow.sweep_follow_ups", "schedule": 5.0},
    "unsent letters": {"task": "partners.send_letters", "schedule": 10.0},
    "undelivered messages": {"task": "notifications.sweep_messages", "schedule": 10.0},
    "counts of requests": {"task": "partners.forget_counts", "schedule": 3600.0},
    "deadlines": {"task": "workflow.keep_deadlines", "schedule": 60.0},
    "clocks": {"task": "workflow.ring_clocks", "schedule": 900.0},
    "files that are stuck": {"task": "approvals.look_after_files", "schedule": 300.0},
    "nightly verification": {
        "task": "workflow.ask_for_verification",
        "schedule": crontab(hour=3, minute=10),
    },
    "verifications asked for": {"task": "workflow.verify_trail", "schedule": 30.0},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        # A browser holds the redirect to the issuer against this list, too.
        "form-action": [SELF, *env.origins("OIDC_ISSUER")],
        "frame-ancestors": [NONE],
        "report-uri": "/csp-report/",
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PUBLIC_URL.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"

OAUTH2_PROVIDER = {
    "SCOPES": {
        "partner": "Requests, contracts, shipments, bills and documents of one's own nation"
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # OAuth 2.0 Security Best Current Practice (RFC 9700), whether or not the grant is served here.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.ClientOfAPerson"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.PartnerOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "api.problems.answer",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Government-to-government sales: partner API",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {"ContractKindEnum": "cases.kinds.KindOfCase"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.describe_steps",
    ],
}

LOG_FORMAT = env.choice("LOG_FORMAT", "text" if DEBUG or DEMO else "json", {"json", "text"})
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "workflow.logs.Lines", "style": LOG_FORMAT}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        # A line for every sweep would bury what matters.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        # These bring handlers of their own.
        "_granian": {"handlers": [], "propagate": True},
        # What leaves the application is logged by it (fms_agency/wsgi.py), without what it quotes.
        "_granian.utils": {"level": "CRITICAL"},
        "django": {"handlers": []},
        "django.server": {"handlers": [], "propagate": True},
        # Of what a client does wrong, the line of its request tells.
        "django.request": {"level": "ERROR"},
        # Who looks on at a terminal sees what goes wrong, not every page.
        "workflow.requests": {"level": "WARNING" if LOG_FORMAT == "text" else "INFO"},
        "httpx": {"level": "WARNING"},
    },
}
