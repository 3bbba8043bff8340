"""All settings, from the environment. What is not set has a default that is safe on one machine."""

from __future__ import annotations

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from openmentor.config import secrets

env = environ.Env()

# Where everything of this installation lives: database, files, keys. One folder to back up.
DATA = Path(env.str("OPENMENTOR_DATA", default=str(Path.cwd() / "var"))).resolve()
DEBUG = env.bool("OPENMENTOR_DEBUG", default=False)
SECRET_KEY = env.str("OPENMENTOR_SECRET_KEY", default="") or secrets.stored_key(DATA)
ALLOWED_HOSTS = env.list("OPENMENTOR_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("OPENMENTOR_ORIGINS", default=[])
#: what stands in mails before every path
BASE_URL = env.str("OPENMENTOR_URL", default="http://127.0.0.1:8000")
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "openmentor.foundation",
    "openmentor.people",
    "openmentor.surveys",
    "openmentor.programs",
    "openmentor.enrollment",
    "openmentor.mentorships",
    "openmentor.matches",
    "openmentor.config.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "django_tasks",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "openmentor.foundation.ui.middleware.StaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "openmentor.foundation.ui.middleware.MessagesMiddleware",
    "openmentor.foundation.http.ActorMiddleware",
    "openmentor.people.middleware.ReaderMiddleware",
    "openmentor.foundation.http.NulMiddleware",
    "openmentor.foundation.http.RefusalMiddleware",
]

ROOT_URLCONF = "openmentor.config.urls"
ASGI_APPLICATION = "openmentor.config.asgi.application"
WSGI_APPLICATION = "openmentor.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "openmentor.config.demo.context.demo",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "openmentor.foundation.ui.context.shell",
            ],
            # By hand: cotton's automatic configuration and other loaders silently leave components unrendered.
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "openmentor.foundation.templatetags.policy",
                "openmentor.foundation.templatetags.ui",
            ],
        },
    }
]
FORM_RENDERER = "openmentor.foundation.ui.forms.Renderer"
DJANGO_TABLES2_TEMPLATE = "django_tables2/table.html"

# SQLite is a first-class home. IMMEDIATE: a deferred transaction that reads and then writes is refused at once under load.
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": str(DATA / "openmentor.sqlite3"),
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY;",
    },
    "CONN_MAX_AGE": None,
}
if url := env.str("DATABASE_URL", default=""):
    DATABASES = {"default": environ.Env.db_url_config(url)}
    if "postgresql" in DATABASES["default"]["ENGINE"]:
        DATABASES["default"]["CONN_MAX_AGE"] = 0
        DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 2, "max_size": 20, "timeout": 20}
    else:
        DATABASES["default"] = {**SQLITE, "NAME": DATABASES["default"]["NAME"]}
else:
    DATABASES = {"default": SQLITE}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MEDIA_ROOT = DATA / "files"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "openmentor.foundation.jobs.JobBackend", "QUEUES": ["default", "matching", "mail"]}}

# Who people are
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["openmentor.people.accounts.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "openmentor.people.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "openmentor.people.account_forms.SignInForm",
    "reset_password": "openmentor.people.account_forms.ResetForm",
    "reauthenticate": "openmentor.people.account_forms.PasswordAgainForm",
    "change_password": "openmentor.people.account_forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
#: steps of thirty seconds by which the clock of a phone may be wrong
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "openmentor.people.account_forms.CodeForm",
    "reauthenticate": "openmentor.people.account_forms.CodeAgainForm",
    "activate_totp": "openmentor.people.account_forms.FirstCodeForm",
    "add_webauthn": "openmentor.people.account_forms.AddKeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("OPENMENTOR_STATIC", default=str(DATA / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The bundle's names carry their content's hash, so the files are served from where they are: nothing to collect at start.
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG

# Uploads: a whole file may come, a field may not be endless.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("OPENMENTOR_BEHIND_PROXY", default=False) else None
)
X_FRAME_OPTIONS = "DENY"

# Mail: a server if one is named, else the outbox page alone.
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    globals().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("OPENMENTOR_MAIL_FROM", default="OpenMentor <openmentor@localhost>")

#: threads of the worker inside `openmentor serve`; 0 leaves the work to `openmentor worker`
WORKER_THREADS = env.int("OPENMENTOR_WORKER_THREADS", default=2)
HTTP_THREADS = env.int("OPENMENTOR_HTTP_THREADS", default=8)
#: memory that one matching run may use
MATCHING_MEMORY_MB = env.int("OPENMENTOR_MATCHING_MEMORY_MB", default=4000)
# What texts mean, computed once for the engine's process and for pages that ask about single pairs; may be emptied at any time.
os.environ.setdefault("OPENMENTOR_VECTORS", str(DATA / "vectors"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("OPENMENTOR_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
