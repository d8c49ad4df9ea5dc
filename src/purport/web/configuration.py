"""Django's settings for the case room, once a process."""

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

from purport.casework import room_database
from purport.core.errors import InputError
from purport.store.configuration import RECORDS_APPS, SERVED_APPS

__all__ = ["LANGUAGES", "RoomSettings", "configure_room"]

LANGUAGES = (("en", "English"), ("ar", "العربية"), ("ru", "Русский"))
"""Languages of the reader's side, each by its own name; the first is the desk's."""

_SECRET_BYTES = 50
_SESSION_S = 14 * 24 * 3600
_CODE_S = 600
_HSTS_S = 365 * 24 * 3600
_LANGUAGE_S = 365 * 24 * 3600
_UPLOAD_KEPT_IN_MEMORY = 1 << 20
_LONGEST_FORM = 4 << 20
_SMTP_PORT = 25
_MAIL_TIME_OUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSettings:
    """What a served room depends on."""

    workspace: Path
    """Folder of the workspace."""
    database: str | None = None
    """Address of a PostgreSQL database; None for the file in the folder."""
    hosts: Sequence[str] = ("localhost", "127.0.0.1", "[::1]")
    """Names under which it may be called."""
    secure: bool = False
    """Whether it is reached by https alone."""
    mail: str | None = None
    """Address of a mail server, smtp://USER:PASSWORD@HOST:PORT; None to write mails into the
    workspace."""
    sign_up: bool = False
    """Whether strangers may make themselves an account (without a role in any case)."""
    publisher: str = "Unnamed publisher"
    """Who publishes, as published cases name them."""
    push_hosts: frozenset[str] = frozenset()
    """Push services that are taken beside those that everybody knows."""
    beside: bool = False
    """Whether this process works beside the server, whose files it leaves alone."""


def configure_room(room: RoomSettings) -> None:
    """Set Django up for a room.

    Raises:
        InputError: An address cannot be read.
    """
    kept = room.workspace / "web"
    kept.mkdir(parents=True, exist_ok=True)
    if not room.beside:  # what a server that died left; the folder is ours alone by now
        shutil.rmtree(kept / "uploads", ignore_errors=True)
    settings.configure(
        DEBUG=False,
        SECRET_KEY=_secret(kept / "secret"),
        ALLOWED_HOSTS=list(room.hosts),
        ROOT_URLCONF="purport.web.urls",
        INSTALLED_APPS=_APPS,
        MIDDLEWARE=_MIDDLEWARE,
        TEMPLATES=_TEMPLATES,
        DATABASES={"default": dict(room_database(room.workspace, room.database))},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="UTC",
        USE_I18N=True,
        LANGUAGE_CODE="en",
        LANGUAGES=list(LANGUAGES),
        LANGUAGE_COOKIE_NAME=_host_alone(room, "purport_language"),
        LANGUAGE_COOKIE_AGE=_LANGUAGE_S,
        LANGUAGE_COOKIE_HTTPONLY=True,
        LANGUAGE_COOKIE_SAMESITE="Lax",
        LANGUAGE_COOKIE_SECURE=room.secure,
        LOCALE_PATHS=[str(Path(__file__).parent / "locale")],
        STATIC_URL="static/",
        STATICFILES_DIRS=[],
        WHITENOISE_USE_FINDERS=True,
        WHITENOISE_AUTOREFRESH=False,
        WHITENOISE_ALLOW_ALL_ORIGINS=False,
        LOGGING=_LOGGING,
        SILENCED_SYSTEM_CHECKS=["security.W004"],
        DATA_UPLOAD_MAX_MEMORY_SIZE=_LONGEST_FORM,
        FILE_UPLOAD_MAX_MEMORY_SIZE=_UPLOAD_KEPT_IN_MEMORY,
        FILE_UPLOAD_TEMP_DIR=str(_made(kept / "uploads")),
        PURPORT_PUBLISHER=room.publisher,
        PURPORT_PUSH_HOSTS=room.push_hosts,
        PURPORT_KEPT=kept,
        FORM_RENDERER="django.forms.renderers.TemplatesSetting",
        **_cookies(room),
        **_mail(room, kept),
        **_accounts(room),
        **_policy(),
    )
    django.setup()


_APPS = [
    "purport.web",
    *RECORDS_APPS,
    *SERVED_APPS,
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
]
_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "purport.web.static_files.WholeFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "purport.web.languages.ReadersLocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "purport.web.faults.FaultMiddleware",
]
_TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "purport.web.surroundings.surroundings",
            ],
            "builtins": ["django.templatetags.i18n", "purport.web.templatetags.room"],
        },
    }
]
_LOGGING: Mapping[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "dated": {
            "()": "purport.web.utc_log.UtcFormatter",
            "format": "%(asctime)s %(name)s: %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%SZ",
        }
    },
    "handlers": {
        "errors": {"class": "logging.StreamHandler", "level": "WARNING"},
        "security": {"class": "logging.StreamHandler", "formatter": "dated"},
    },
    "loggers": {
        "django.request": {"handlers": ["errors"], "level": "ERROR", "propagate": False},
        "purport.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
        "purport": {"handlers": ["errors"], "level": "WARNING", "propagate": False},
    },
}


def _policy() -> Mapping[str, Any]:
    """Nothing from another host, no script or style in the page, no frame around it."""
    own = "'self'"
    return {
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": ["'none'"],
                "script-src": [own],
                "style-src": [own],
                "img-src": [own, "blob:", "data:"],
                "media-src": [own, "blob:"],
                "font-src": [own],
                "connect-src": [own],
                "worker-src": [own],
                "manifest-src": [own],
                "form-action": [own],
                "base-uri": ["'none'"],
                "frame-src": [own],
                "frame-ancestors": ["'none'"],
                "object-src": ["'none'"],
            }
        },
    }


def _host_alone(room: RoomSettings, name: str) -> str:
    """Return a cookie's name: by https one that browsers take of this host alone (RFC 6265bis)."""
    return f"__Host-{name}" if room.secure else name


def _cookies(room: RoomSettings) -> Mapping[str, Any]:
    return {
        "SESSION_COOKIE_NAME": _host_alone(room, "purport_session"),
        "CSRF_COOKIE_NAME": _host_alone(room, "purport_csrf"),
        "SESSION_COOKIE_AGE": _SESSION_S,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": room.secure,
        "CSRF_COOKIE_SECURE": room.secure,
        "CSRF_FAILURE_VIEW": "purport.web.faults.refused_form",
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if room.secure else None,
        "SECURE_HSTS_SECONDS": _HSTS_S if room.secure else 0,
    }


def _accounts(room: RoomSettings) -> Mapping[str, Any]:
    return {
        "AUTHENTICATION_BACKENDS": [
            "django.contrib.auth.backends.ModelBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}"}
            for name in (
                "UserAttributeSimilarityValidator",
                "MinimumLengthValidator",
                "CommonPasswordValidator",
                "NumericPasswordValidator",
            )
        ]
        + [{"NAME": "purport.web.passwords.OwnWordsValidator"}],
        "ACCOUNT_ADAPTER": "purport.web.accounts.RoomAccountAdapter",
        "PURPORT_SIGN_UP": room.sign_up,
        "ACCOUNT_LOGIN_METHODS": {"email", "username"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT": _CODE_S,
        "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
        "ACCOUNT_RATE_LIMITS": {  # beside allauth's own; by the hour, so that no mailbox is flooded
            "confirm_email": "1/10s/key,5/h/key",
            "request_login_code": "20/m/ip,3/m/key,10/h/key",
            "reset_password": "20/m/ip,5/m/key,10/h/key",
        },
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if room.secure else "http",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes", "webauthn"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_PASSKEY_SIGNUP_ENABLED": True,
        "MFA_FORMS": {"add_webauthn": "purport.web.passkeys.AddPasskeyForm"},
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not room.secure,
        "MFA_TOTP_ISSUER": "Purport",
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/",
    }


def _mail(room: RoomSettings, kept: Path) -> Mapping[str, Any]:
    if room.mail is None:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(_made(kept / "mail")),
            "DEFAULT_FROM_EMAIL": "purport@localhost",
        }
    parts = urlsplit(room.mail)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise InputError(
            "mail", "is not the address of a mail server", remedy="Write smtp://USER:PASSWORD@HOST."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or _SMTP_PORT,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": _MAIL_TIME_OUT_S,
        "DEFAULT_FROM_EMAIL": f"purport@{parts.hostname}",
    }


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _secret(path: Path) -> str:
    """Return the key that signs cookies; made on first use, for its owner alone to read."""
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(_SECRET_BYTES), encoding="ascii")
        unfinished.replace(path)
    return path.read_text(encoding="ascii")
