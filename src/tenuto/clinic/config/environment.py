"""Reads the TENUTO_* variables strictly: an unknown name or a bad value stops the program with one sentence."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

from tenuto.core.data.regular import open_regular

__all__ = ["KNOWN", "Environment", "database", "read"]

KNOWN = {
    "TENUTO_MODE": "development or production",
    "TENUTO_DEBUG": "yes or no; error pages with internals, never in production",
    "TENUTO_SECRET_KEY": "at least 50 characters; needed in production",
    "TENUTO_LEDGER_KEY": "at least 50 characters; the audit chain is keyed with it; needed in production",
    "TENUTO_SECRET_KEY_FALLBACKS": "earlier secret keys, separated by commas; they read and write nothing new",
    "TENUTO_LEDGER_KEY_FALLBACKS": "earlier ledger keys, separated by commas; old events are checked with them",
    "TENUTO_LEDGER_ANCHOR": "file that keeps the newest audit event, best on another disk than the database",
    "TENUTO_LEDGER_ANCHOR_OUTSIDE": "folder for a second anchor that the database's owner can't write, such as a mounted share",
    "TENUTO_DATABASE_URL": "sqlite:///absolute/path or postgresql://user:password@host:port/name",
    "TENUTO_TRUSTED_PROXIES": "addresses or networks whose X-Forwarded-For and -Proto count (127.0.0.1,::1), or none",
    "TENUTO_HOSTS": "host names that the server answers to, separated by commas",
    "TENUTO_ADDRESS": "where patients reach this server (https:// and the first of TENUTO_HOSTS); links in messages begin with it",
    "TENUTO_SMS": "the service that sends text messages, as an address of apprise in which {to} is the number: twilio://…/{to}",
    "TENUTO_EMAIL": "the service that sends e-mail, as an address of apprise in which {to} is whom: mailtos://…?to={to}",
    "TENUTO_TIME_ZONE": "the time zone of a clinic that is opened without one, such as Europe/London",
    "TENUTO_SECOND_FACTOR": "who must have one: signing (roles that sign, as shipped) or everyone",
    "TENUTO_SIGN_IN_FAILURES": "wrong passwords or codes for a name before it waits (5)",
    "TENUTO_SIGN_IN_WAIT_MINUTES": "how long it then waits (5)",
    "TENUTO_ENQUIRIES_AN_HOUR": "enquiries that the public form takes from one address in an hour (5)",
    "TENUTO_READING_SECONDS": "how long the reading of one record from another system may take, in seconds of the processor (60)",
    "TENUTO_FORECAST_WORKERS": "processes that work out the forecasts of the night (2); 1 does it inside the server",
    "TENUTO_DASK_SCHEDULER": "address of a Dask scheduler that works them out instead, such as tcp://10.0.0.5:8786",
    "TENUTO_VAR": "folder for the database, the secret and collected files",
    "TENUTO_TEST_BROWSER": "the browser of the journeys; only read by the tests",
}
SECRET_MIN_LENGTH = 50
MAX_SECRET_BYTES = 10_000
SECRET_MIN_DIFFERENT = 12
"""Different characters: fifty random ones have far more, and a repeated word has fewer."""
SQLITE_SETUP = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;"
)
POSTGRES_OPTIONS = {"host", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout"}


@dataclass(frozen=True, slots=True)
class Environment:
    """What the settings need to know about this installation."""

    production: bool
    debug: bool
    secret_key: str
    ledger_key: str
    ledger_anchor: Path
    ledger_anchor_outside: Path | None
    hosts: tuple[str, ...]
    address: str
    time_zone: str
    var: Path
    database: dict[str, Any]
    trusted_proxies: tuple[str, ...] = ()
    secret_key_fallbacks: tuple[str, ...] = ()
    ledger_key_fallbacks: tuple[str, ...] = ()
    second_factor: str = "signing"
    sign_in_failures: int = 5
    sign_in_wait_minutes: int = 5
    enquiries_an_hour: int = 5
    reading_seconds: int = 60
    forecast_workers: int = 2
    dask_scheduler: str = ""
    sms: str = ""
    email: str = ""

    @property
    def channels(self) -> dict[str, str]:
        """The address of the service of each channel that is set up."""
        return {name: value for name, value in (("sms", self.sms), ("email", self.email)) if value}

    def derived_keys(self, purpose: str) -> list[bytes]:
        """Keys of 32 bytes for one purpose, in URL-safe base64, from the server's secret and from its earlier ones."""
        return [_derived(secret, purpose) for secret in (self.secret_key, *self.secret_key_fallbacks)]


def read(variables: Mapping[str, str], *, root: Path) -> Environment:
    """The environment of this process. `root` is where `var/` lives when TENUTO_VAR does not say otherwise."""
    unknown = sorted(name for name in variables if name.startswith("TENUTO_") and name not in KNOWN)
    if unknown:
        raise ImproperlyConfigured(f"{unknown[0]} is not a setting of Tenuto. It knows {', '.join(KNOWN)}.")
    production = (
        _choice(variables, "TENUTO_MODE", "development", ("development", "production")) == "production"
    )
    debug = _choice(variables, "TENUTO_DEBUG", "no", ("yes", "no")) == "yes"
    if production and debug:
        raise ImproperlyConfigured(
            "TENUTO_DEBUG can't be yes in production: it shows patient data in errors."
        )
    var = Path(variables.get("TENUTO_VAR") or root / "var").absolute()
    hosts = tuple(host.strip() for host in variables.get("TENUTO_HOSTS", "").split(",") if host.strip())
    if production and not hosts:
        raise ImproperlyConfigured(
            "TENUTO_HOSTS is empty. In production, name the hosts that this server answers to."
        )
    if production and any("*" in host or host.startswith(".") for host in hosts):
        raise ImproperlyConfigured(
            f"TENUTO_HOSTS is '{', '.join(hosts)}'. In production, name each host; a pattern would let others pose as this server."
        )
    if production and variables.get("TENUTO_SECRET_KEY") == variables.get("TENUTO_LEDGER_KEY", ""):
        raise ImproperlyConfigured(
            "TENUTO_SECRET_KEY and TENUTO_LEDGER_KEY are the same. Make two random texts: who learns one must not have the other."
        )
    return Environment(
        production=production,
        debug=debug,
        secret_key=_secret(variables, "TENUTO_SECRET_KEY", var / "secret-key", production=production),
        ledger_key=_secret(variables, "TENUTO_LEDGER_KEY", var / "ledger-key", production=production),
        ledger_anchor=Path(variables.get("TENUTO_LEDGER_ANCHOR") or var / "ledger-anchor.json").absolute(),
        ledger_anchor_outside=_folder(variables.get("TENUTO_LEDGER_ANCHOR_OUTSIDE", "")),
        hosts=hosts or ("127.0.0.1", "localhost", "[::1]", "testserver"),
        address=_address(variables.get("TENUTO_ADDRESS", ""), hosts),
        secret_key_fallbacks=_earlier(variables, "TENUTO_SECRET_KEY"),
        ledger_key_fallbacks=_earlier(variables, "TENUTO_LEDGER_KEY"),
        trusted_proxies=_proxies(variables.get("TENUTO_TRUSTED_PROXIES", "").strip() or "127.0.0.1,::1"),
        time_zone=_zone(variables.get("TENUTO_TIME_ZONE", "") or "UTC"),
        var=var,
        database=database(variables.get("TENUTO_DATABASE_URL", "") or f"sqlite:///{var / 'tenuto.sqlite3'}"),
        second_factor=_choice(variables, "TENUTO_SECOND_FACTOR", "signing", ("signing", "everyone")),
        sign_in_failures=_whole(variables, "TENUTO_SIGN_IN_FAILURES", 5, highest=20),
        sign_in_wait_minutes=_whole(variables, "TENUTO_SIGN_IN_WAIT_MINUTES", 5, highest=24 * 60),
        enquiries_an_hour=_whole(variables, "TENUTO_ENQUIRIES_AN_HOUR", 5, highest=1000),
        reading_seconds=_whole(variables, "TENUTO_READING_SECONDS", 60, highest=600),
        forecast_workers=_whole(variables, "TENUTO_FORECAST_WORKERS", 2, highest=256),
        dask_scheduler=variables.get("TENUTO_DASK_SCHEDULER", "").strip(),
        sms=_service(variables, "TENUTO_SMS"),
        email=_service(variables, "TENUTO_EMAIL"),
    )


def _service(variables: Mapping[str, str], name: str) -> str:
    """The address of a service; it holds a password, so that a refusal repeats none of it."""
    address = variables.get(name, "").strip()
    if address and ("{to}" not in address or not urlsplit(address.replace("{to}", "x")).scheme):
        raise ImproperlyConfigured(
            f"{name} is no address of a service with {{to}} in it. Write {KNOWN[name]}."
        )
    return address


def _address(said: str, hosts: tuple[str, ...]) -> str:
    """Where a patient's phone finds this server."""
    address = (said.strip() or (f"https://{hosts[0]}" if hosts else "http://127.0.0.1:8000")).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured(
            f"TENUTO_ADDRESS is '{address[:60]}'. Write where patients reach this server, such as https://clinic.example."
        )
    return address


def database(url: str) -> dict[str, Any]:
    """Django's database settings for a URL. SQLite takes its write lock at BEGIN and syncs every commit to disk."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path), has_host=bool(parts.netloc))
    if parts.scheme in ("postgresql", "postgres"):
        return _postgres(url)
    raise ImproperlyConfigured(
        f"TENUTO_DATABASE_URL starts with '{parts.scheme or url[:20]}'. Use {KNOWN['TENUTO_DATABASE_URL']}."
    )


def _sqlite(path: str, *, has_host: bool) -> dict[str, Any]:
    if has_host or len(path) < 2:
        raise ImproperlyConfigured(
            "TENUTO_DATABASE_URL has no file. Write three slashes and the full path: sqlite:///srv/tenuto.sqlite3."
        )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": SQLITE_SETUP},
    }


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"TENUTO_DATABASE_URL has a port that is not a number: {error}."
        ) from error
    options = dict(parse_qsl(parts.query))
    unknown = sorted(set(options) - POSTGRES_OPTIONS)
    if unknown:
        raise ImproperlyConfigured(
            f"TENUTO_DATABASE_URL has the option '{unknown[0]}'. It may have {', '.join(sorted(POSTGRES_OPTIONS))}."
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured(
            "TENUTO_DATABASE_URL names no database after the host: postgresql://host/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}, **options},
    }


def _proxies(text: str) -> tuple[str, ...]:
    if text.lower() == "none":
        return ()
    found = tuple(each.strip() for each in text.split(",") if each.strip())
    for each in found:
        try:
            ip_network(each)
        except ValueError:
            raise ImproperlyConfigured(
                f"TENUTO_TRUSTED_PROXIES has '{each[:40]}', which is no address and no network. Write such as 10.0.0.7 or "
                "10.0.0.0/24, separated by commas, or none."
            ) from None
    return found


def _folder(text: str) -> Path | None:
    if not text:
        return None
    if not Path(text).is_dir():
        raise ImproperlyConfigured(
            f"TENUTO_LEDGER_ANCHOR_OUTSIDE is '{text}', which is no folder. Make it, or mount what it should be on."
        )
    return Path(text).absolute()


def _choice(variables: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = variables.get(name, default).strip().lower() or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is '{value}'. It may be {' or '.join(allowed)}.")
    return value


def _whole(variables: Mapping[str, str], name: str, default: int, *, highest: int) -> int:
    text = variables.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= highest):
        raise ImproperlyConfigured(f"{name} is '{text[:20]}'. It may be a whole number from 1 to {highest}.")
    return int(text)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"TENUTO_TIME_ZONE is '{name}', which is not a known zone. Use one such as Europe/London."
        ) from None
    return name


def _secret(variables: Mapping[str, str], name: str, file: Path, *, production: bool) -> str:
    """A secret from the environment; in development from a file that is made on the first start."""
    value = variables.get(name, "")
    if value and len(value) < SECRET_MIN_LENGTH:
        raise ImproperlyConfigured(f"{name} is too short: it needs {SECRET_MIN_LENGTH} characters or more.")
    if value and len(set(value)) < SECRET_MIN_DIFFERENT:
        raise ImproperlyConfigured(f"{name} can be guessed: it repeats itself. Make it a random text.")
    if value:
        return value
    if production:
        raise ImproperlyConfigured(
            f"{name} is missing. In production, set it to a random text of {SECRET_MIN_LENGTH} characters or more."
        )
    return _development_secret(file)


def _earlier(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The earlier texts of a secret, newest first."""
    found = tuple(each.strip() for each in variables.get(f"{name}_FALLBACKS", "").split(",") if each.strip())
    if any(len(each) < SECRET_MIN_LENGTH for each in found):
        raise ImproperlyConfigured(
            f"{name}_FALLBACKS has a text of fewer than {SECRET_MIN_LENGTH} characters, which was never a key. Give each whole."
        )
    if variables.get(name, "") in found:
        raise ImproperlyConfigured(
            f"{name} stands in {name}_FALLBACKS too. Put a new text into {name}; `tenuto keys new` makes one."
        )
    return found


def _derived(secret: str, purpose: str) -> bytes:
    made = hmac.new(secret.encode(), f"tenuto {purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made)


def _development_secret(file: Path) -> str:
    """A random secret of this checkout, kept so that sessions and the audit chain hold over a restart."""
    try:
        return _content(file)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64), "utf-8")
        return _content(file)


def _content(file: Path) -> str:
    """The text of a small file. Raises ImproperlyConfigured for a pipe or a device, which would keep the server waiting."""
    try:
        with open_regular(file) as opened:
            return opened.read(MAX_SECRET_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ImproperlyConfigured(f"'{file}' can't be read: {error.strerror}. Put the file back.") from error
