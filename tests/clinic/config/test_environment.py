"""The environment is read strictly: what is not understood stops the program with a sentence."""

from __future__ import annotations

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from tenuto.clinic.config.environment import database, read

SECRET = "correct horse battery staple, and some more of the same kind"
OTHER = SECRET[::-1]


def test_development_needs_nothing_and_keeps_its_secret(tmp_path):
    first = read({}, root=tmp_path)
    assert not first.production
    assert not first.debug
    assert len(first.secret_key) >= 50
    assert read({}, root=tmp_path).secret_key == first.secret_key
    assert (tmp_path / "var/secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["secret-key", "ledger-key"])
def test_a_pipe_in_place_of_a_secret_keeps_no_server_waiting(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ImproperlyConfigured, match="it is a pipe, not a file"):
        read({"TENUTO_VAR": str(tmp_path)}, root=tmp_path)


def test_two_checkouts_have_different_secrets(tmp_path):
    assert read({}, root=tmp_path / "a").secret_key != read({}, root=tmp_path / "b").secret_key


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"TENUTO_DATABSE_URL": "x"}, "TENUTO_DATABSE_URL is not a setting of Tenuto"),
        ({"TENUTO_MODE": "prod"}, "TENUTO_MODE is 'prod'. It may be development or production."),
        ({"TENUTO_DEBUG": "1"}, "TENUTO_DEBUG is '1'. It may be yes or no."),
        ({"TENUTO_TIME_ZONE": "Mars/Olympus"}, "TENUTO_TIME_ZONE is 'Mars/Olympus'"),
        ({"TENUTO_SECRET_KEY": "a" * 50}, "TENUTO_SECRET_KEY can be guessed"),
        ({"TENUTO_LEDGER_KEY": "abc" * 20}, "TENUTO_LEDGER_KEY can be guessed"),
        ({"TENUTO_MODE": "production", "TENUTO_HOSTS": "*"}, "TENUTO_HOSTS is '*'. In production"),
        ({"TENUTO_MODE": "production", "TENUTO_HOSTS": ".example.com"}, "TENUTO_HOSTS is '.example.com'. In"),
        (
            {
                "TENUTO_MODE": "production",
                "TENUTO_HOSTS": "a.example",
                "TENUTO_SECRET_KEY": SECRET,
                "TENUTO_LEDGER_KEY": SECRET,
            },
            "TENUTO_SECRET_KEY and TENUTO_LEDGER_KEY are the same",
        ),
        ({"TENUTO_SECRET_KEY": "short"}, "TENUTO_SECRET_KEY is too short"),
        ({"TENUTO_MODE": "production", "TENUTO_SECRET_KEY": SECRET}, "TENUTO_HOSTS is empty"),
        (
            {"TENUTO_TRUSTED_PROXIES": "10.0.0.7, proxy.example"},
            "TENUTO_TRUSTED_PROXIES has 'proxy.example', which is no address",
        ),
        (
            {"TENUTO_TRUSTED_PROXIES": "*"},
            "TENUTO_TRUSTED_PROXIES has '*', which is no address and no network",
        ),
        (
            {"TENUTO_TRUSTED_PROXIES": "10.0.0.7/8"},
            "TENUTO_TRUSTED_PROXIES has '10.0.0.7/8', which is no address and no network",
        ),
        ({"TENUTO_MODE": "production", "TENUTO_HOSTS": "a.example"}, "TENUTO_SECRET_KEY is missing"),
        (
            {"TENUTO_MODE": "production", "TENUTO_SECRET_KEY": SECRET, "TENUTO_HOSTS": "a.example"},
            "TENUTO_LEDGER_KEY is missing",
        ),
        ({"TENUTO_MODE": "production", "TENUTO_DEBUG": "yes"}, "TENUTO_DEBUG can't be yes in production"),
    ],
)
def test_a_bad_value_stops_with_a_sentence(variables, sentence, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="^" + sentence.split("'")[0]) as raised:
        read(variables, root=tmp_path)
    assert sentence in str(raised.value)
    assert str(raised.value).endswith(".")


def test_production_with_all_it_needs(tmp_path):
    made = read(
        {
            "TENUTO_MODE": "production",
            "TENUTO_SECRET_KEY": SECRET,
            "TENUTO_LEDGER_KEY": OTHER,
            "TENUTO_HOSTS": "a.example, b.example",
        },
        root=tmp_path,
    )
    assert made.production
    assert made.hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("said", "trusted"),
    [
        ("", ("127.0.0.1", "::1")),
        ("none", ()),
        ("10.0.0.7, 10.1.0.0/16,fd00::/8", ("10.0.0.7", "10.1.0.0/16", "fd00::/8")),
    ],
)
def test_which_proxies_are_believed(tmp_path, said, trusted):
    assert read({"TENUTO_TRUSTED_PROXIES": said}, root=tmp_path).trusted_proxies == trusted


def test_sqlite_takes_its_lock_first_and_syncs_every_commit():
    made = database("sqlite:////srv/tenuto.sqlite3")
    assert made["NAME"] == "//srv/tenuto.sqlite3"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        assert pragma in made["OPTIONS"]["init_command"]


def test_postgresql_by_url():
    made = database("postgresql://nurse:p%40ss@db.example:5433/tenuto?sslmode=require")
    assert made["HOST"], made["PORT"] == ("db.example", "5433")
    assert (made["USER"], made["PASSWORD"], made["NAME"]) == ("nurse", "p@ss", "tenuto")
    assert made["OPTIONS"]["sslmode"] == "require"
    assert made["CONN_MAX_AGE"] == 0


def test_postgresql_by_socket():
    made = database("postgresql://postgres:@/postgres?host=/run/pg")
    assert (made["HOST"], made["PORT"]) == ("/run/pg", "")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://x/y", "starts with 'mysql'"),
        ("sqlite://", "has no file"),
        ("postgresql://host", "names no database"),
        ("postgresql://host:port/x", "port that is not a number"),
        ("postgresql://host/x?pool=9", "has the option 'pool'"),
    ],
)
def test_a_bad_database_url_stops_with_a_sentence(url, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence):
        database(url)
