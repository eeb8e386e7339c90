"""The one settings file. What differs between installations comes from the environment, read in `environment.py`."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.contrib.messages.constants import ERROR, INFO, SUCCESS, WARNING

from tenuto.clinic.config.environment import read

_PACKAGE = Path(__file__).resolve().parents[2]
_CHECKOUT = _PACKAGE.parents[1]
ENVIRONMENT = read(os.environ, root=_CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path.cwd())

PRODUCTION = ENVIRONMENT.production
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = list(ENVIRONMENT.secret_key_fallbacks)
LEDGER_KEY = ENVIRONMENT.ledger_key
LEDGER_KEY_FALLBACKS = list(ENVIRONMENT.ledger_key_fallbacks)
LEDGER_ANCHOR = ENVIRONMENT.ledger_anchor
# Further anchors: a class and its arguments each, as `ledger.anchor.AnchorStore` describes them.
LEDGER_ANCHORS_OUTSIDE = (
    [
        (
            "tenuto.clinic.ledger.anchor.FileAnchor",
            (ENVIRONMENT.ledger_anchor_outside / "tenuto-anchor.json", "the anchor outside"),
        )
    ]
    if ENVIRONMENT.ledger_anchor_outside
    else []
)
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
PUBLIC_ADDRESS = ENVIRONMENT.address
DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_tasks_db",
    "tenuto.clinic.ui",
    "tenuto.clinic.ledger",
    "tenuto.clinic.accounts",
    "tenuto.clinic.people",
    "tenuto.clinic.live",
    "tenuto.clinic.pathway",
    "tenuto.clinic.links",
    "tenuto.clinic.ports",
    "tenuto.clinic.access",
    "tenuto.clinic.policies",
    "tenuto.clinic.stock",
    "tenuto.clinic.scales",
    "tenuto.clinic.course",
    "tenuto.clinic.intake",
    "tenuto.clinic.plan",
    "tenuto.clinic.booking",
    "tenuto.clinic.infusion",
    "tenuto.clinic.outcomes",
    "tenuto.clinic.forecast",
    "tenuto.clinic.portal",
    "tenuto.clinic.desk",
    "tenuto.clinic.interop",
    "tenuto.clinic.demo",
    "tenuto.clinic.backup",
    # After our own apps, so that our templates come before theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    # First, so that static files and errors carry the policy too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenuto.clinic.ledger.pages.SayWhenBroken",
    "tenuto.clinic.accounts.keys.SayWhenKeyUnknown",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenuto.clinic.accounts.clock.clinic_clock",
    "tenuto.clinic.accounts.decorators.SayWhenRefused",
    "tenuto.clinic.ledger.origin.note_origin",
    # Every page needs a signed-in person unless its view says otherwise.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenuto.clinic.accounts.same_member.same_member_only",
    "tenuto.clinic.accounts.lock.lock_when_quiet",
    # After the lock: whoever is locked out unlocks first.
    "tenuto.clinic.accounts.enrol.enrol_first",
    "tenuto.clinic.live.position.note_position",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tenuto.clinic.ui.middleware.never_store",
    "tenuto.clinic.ui.middleware.ReadableText",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenuto.clinic.ui.context.shell",
                "tenuto.clinic.ledger.pages.anchor_problem",
                "tenuto.clinic.ledger.space.disk_problem",
                "tenuto.clinic.people.context.about_patient",
                "tenuto.clinic.accounts.context.demonstration",
                "tenuto.clinic.accounts.context.permissions",
                "tenuto.clinic.accounts.context.confirmation",
                "tenuto.clinic.accounts.context.own_sign_in",
                "tenuto.clinic.accounts.context.session",
                "tenuto.clinic.accounts.context.what_is_not_told",
                "tenuto.clinic.live.position.position",
            ],
            "builtins": ["tenuto.clinic.ui.templatetags.ui", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "tenuto.clinic.ui.widgets.Renderer"

ROOT_URLCONF = "tenuto.clinic.config.urls"
ASGI_APPLICATION = "tenuto.clinic.config.asgi.application"

# Sign-in
AUTH_USER_MODEL = "accounts.Staff"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "desk:patients"
# Pages of higher rooms that a lower one sends people to: as above, named here at the top.
BREAK_GLASS_URL = "access:break-glass"
SIGN_OUT_URL = "accounts:sign-out"
PRINTED_URL = "access:printed"
DEMONSTRATION_TIME_URL = "demo:time"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ACCOUNT_ADAPTER = "tenuto.clinic.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# By person and never by address: a whole clinic stands behind one, and so may a stranger in its waiting room. A passkey can't be
# guessed, and a password is counted in `accounts.throttle`.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/300s/key"}
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_ADAPTER = "tenuto.clinic.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "tenuto.clinic.accounts.adapters.SecondFactorForm",
    "reauthenticate": "tenuto.clinic.accounts.adapters.SignatureForm",
    "add_webauthn": "tenuto.clinic.accounts.passkeys.AddPasskeyForm",
    "authenticate_webauthn": "tenuto.clinic.accounts.passkeys.PasskeyForm",
    "login_webauthn": "tenuto.clinic.accounts.passkeys.PasskeyLoginForm",
    "reauthenticate_webauthn": "tenuto.clinic.accounts.passkeys.PasskeySignatureForm",
    "activate_totp": "tenuto.clinic.accounts.adapters.FirstCodeForm",
}
# Passkeys need https; a checkout on localhost has none.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# The current key writes; the earlier ones are only read with, until `tenuto keys rotate` was run.
SECOND_FACTOR_KEYS = ENVIRONMENT.derived_keys("second factor")
# From these a device gets the key under which it saves what it can't send (docs/adr/0031-charting-without-a-network.md).
SAVED_HERE_KEYS = ENVIRONMENT.derived_keys("saved here")
# How messages are sent out: a class and its arguments. In production nothing leaves until a service is named; a development
# machine keeps them in files, where the demonstration reads them.
OUTBOX_SENDER: tuple[str, tuple[object, ...]] | None = (
    ("tenuto.clinic.live.channels.ChannelSender", (ENVIRONMENT.channels,))
    if ENVIRONMENT.channels
    else None
    if PRODUCTION
    else ("tenuto.clinic.ledger.outbox.FileSender", (ENVIRONMENT.var / "outbox",))
)
# Jobs wait in the database until a worker has done them (docs/adr/0015-live.md).
TASKS = {"default": {"BACKEND": "tenuto.clinic.live.seals.SealedJobs", "QUEUES": ["default", "long"]}}
# Who must set up a second factor before anything else, and how guessing is slowed down.
SECOND_FACTOR_FOR = ENVIRONMENT.second_factor
SIGN_IN_FAILURES = ENVIRONMENT.sign_in_failures
SIGN_IN_WAIT_MINUTES = ENVIRONMENT.sign_in_wait_minutes
ENQUIRIES_AN_HOUR = ENVIRONMENT.enquiries_an_hour
READING_SECONDS = ENVIRONMENT.reading_seconds
FORECAST_WORKERS = ENVIRONMENT.forecast_workers
DASK_SCHEDULER = ENVIRONMENT.dask_scheduler
LOCK_AFTER_SECONDS = 15 * 60
SESSION_ENGINE = "tenuto.clinic.accounts.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# What a browser may do with our pages: load from this server, and nothing inline or evaluated.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "tenuto.clinic.ui.views.forbidden"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
# Asked by a supervisor on this machine, without a proxy in between; they know nobody.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
# Which proxies may say for whom they ask, and that it came by https; nobody else's headers count (`config.asgi`).
TRUSTED_PROXIES = list(ENVIRONMENT.trusted_proxies)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# The marks of the visual language, by the level of a message.
MESSAGE_TAGS = {INFO: "pass", SUCCESS: "pass", WARNING: "review", ERROR: "block"}

# Language and time. Times are kept in UTC and shown in each clinic's own zone; this one is for clinics opened without.
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone

# Static files: hashed and compressed in production, straight from the package otherwise.
STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.var / "static" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_MAX_AGE = 31_536_000 if PRODUCTION else 0
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"without links": {"()": "tenuto.clinic.links.redaction.WithoutLinks"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "without links"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # It would write the address of a service, which holds a password, and whom a message goes to.
    "loggers": {"apprise": {"handlers": [], "level": "CRITICAL", "propagate": False}},
}
