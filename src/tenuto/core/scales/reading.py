"""Reads the instruments from `instruments/<id>/`: definition.toml, NOTICE, and the hashes that pin every shipped word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from tenuto.core.data import DataError, Table, data_folder, not_among, parse_toml, read_toml
from tenuto.core.scales.definition import (
    ChangeRules,
    Completeness,
    Criterion,
    Direction,
    Instrument,
    Item,
    MeasuringProperties,
    Option,
    Rater,
    Release,
    Remission,
    Rights,
    RiskItem,
    ScaleError,
    ScoreTest,
    SeverityBand,
    Subscale,
    Take,
    Threshold,
    Tier,
)
from tenuto.core.scales.totals import bounds
from tenuto.core.scales.wording import fingerprint
from tenuto.core.sources import basis_of

__all__ = ["ROOT", "find", "instrument", "instruments", "read", "read_unpinned", "texts"]

ROOT = Path(__file__).with_name("instruments")


@data_folder(ROOT, "*/definition.toml")
def _definitions(file: Table) -> Instrument:
    return _instrument(file, _rights(ROOT / file.text("id")))


@data_folder(ROOT, "*/hashes.toml")
def _hashes(file: Table) -> Mapping[str, str]:
    return {name: file.text(name) for name in file.names()}


@cache
def _ids() -> tuple[str, ...]:
    return tuple(folder.name for folder in sorted(ROOT.iterdir()) if folder.is_dir())


@cache
def _one(instrument_id: str) -> Instrument:
    return read(ROOT / instrument_id)


@cache
def instruments() -> Mapping[str, Instrument]:
    """Every instrument by id, in alphabetical order."""
    return {instrument_id: _one(instrument_id) for instrument_id in _ids()}


def instrument(instrument_id: str) -> Instrument:
    """The instrument with this id, such as `phq9`, read alone; ScaleError lists those that exist."""
    if instrument_id not in _ids():
        known = ", ".join(_ids())
        raise ScaleError(f"'{instrument_id[:40]}' is not a known instrument. Use one of {known}.")
    return _one(instrument_id)


def find(name: str) -> Instrument | None:
    """The instrument with this id or title, such as `phq9` or `PHQ-9`, in any case; None when there is none."""
    wanted = name.casefold()
    return next((i for i in instruments().values() if wanted in (i.id, i.title.casefold())), None)


def read(folder: Path) -> Instrument:
    """Read one instrument's folder. ScaleError names the file, the entry and what is wrong with it."""
    built = _read(folder)
    _check_itself(built, folder)
    _check_wording(built, folder)
    return built


def read_unpinned(folder: Path) -> Instrument:
    """The same without comparing its wording with the pinned one, for whoever pins it."""
    built = _read(folder)
    _check_itself(built, folder)
    return built


def _read(folder: Path) -> Instrument:
    name = f"{folder.name}/definition.toml"
    try:
        text = (folder / "definition.toml").read_text("utf-8")
        return read_toml(text, lambda file: _instrument(file, _rights(folder)), name=name)
    except (OSError, KeyError) as error:
        raise ScaleError(f"{name}: {error}") from error
    except DataError as error:
        raise ScaleError(str(error)) from error


def _instrument(file: Table, rights: Rights) -> Instrument:
    total, loinc = file.table("total"), file.optional("loinc")
    lowest, highest = total.numbers("range", (0, 0))
    take = total.choice("take", Take)
    change = _change(file.optional("change"))
    file.optional("change").finish()  # [measurement] reads on from it
    tier = file.choice("tier", Tier)
    if tier is Tier.SCORE_ONLY and (file.has("items") or file.has("stem")):
        raise DataError(f"{file.where} is score-only: it must not carry text. Use a text pack.")
    return Instrument(
        id=file.text("id"),
        version=file.whole("version"),
        title=file.text("title"),
        name=file.text("name"),
        tier=tier,
        rater=file.choice("rater", Rater),
        recall=file.text("recall"),
        cadence=file.text("cadence", ""),
        higher=file.choice("higher", Direction),
        stem=file.text("stem", ""),
        items=tuple(_items(file)),
        parts=tuple(_part(entry) for entry in file.tables("parts")),
        total=take,
        decimals=total.whole("decimals", 0),
        lowest=lowest,
        highest=highest,
        bands=tuple(_bands(file.optional("bands"))),
        bands_basis=basis_of(file.table("bands")) if file.has("bands") else None,
        criteria=tuple(_criterion(entry) for entry in file.tables("criteria")),
        completeness=_completeness(file.table("completeness")),
        change=change,
        measurement=_measurement(file.table("measurement"), file.text("title"), change)
        if file.has("measurement")
        else None,
        risk_item=_risk_item(file.table("risk_item")) if file.has("risk_item") else None,
        loinc_panel=loinc.text("panel", ""),
        loinc_total=loinc.text("total", ""),
        rights=rights,
        basis=basis_of(file),
    )


def _items(file: Table) -> Iterator[Item]:
    """Items written out, and blocks of items that have a neutral label only."""
    options = file.optional("options")
    choices = {name: tuple(_option(o) for o in options.tables(name)) for name in options.names()}
    for entry in file.tables("items"):
        answers = entry.text("options")
        if answers not in choices:
            raise DataError(f"{entry.where}, options: {not_among(answers, choices)}")
        yield Item(
            entry.text("id"),
            entry.text("text"),
            choices[answers],
            entry.flag("scored", True),
            entry.text("loinc", ""),
            _asked_when(entry),
        )
    for block in file.tables("blocks"):
        yield from _block(block)


def _block(block: Table) -> Iterator[Item]:
    first, last = block.whole("from"), block.whole("to")
    values = [int(value) for value in block.numbers("values")]
    scores = block.numbers("scores", [Decimal(value) for value in values])
    codes = block.words("loinc", ())
    labels = block.words("labels", tuple(str(value) for value in values))
    if not len(scores) == len(labels) == len(values) or (codes and len(codes) != last - first + 1):
        raise DataError(
            f"{block.where}: give a score and a label for each value, and a LOINC code for each item or none."
        )
    options = tuple(Option(v, label, s) for v, label, s in zip(values, labels, scores, strict=True))
    scored, asked_when = block.flag("scored", True), _asked_when(block)
    for number in range(first, last + 1):
        code = codes[number - first] if codes else ""
        yield Item(str(number), f"Item {number}", options, scored, code, asked_when)


def _asked_when(entry: Table) -> tuple[str, int] | None:
    if not entry.has("asked_when"):
        return None
    match entry.cells("asked_when"):
        case (str(item), int(value)):
            return item, value
        case other:
            raise DataError(
                f'{entry.where}: asked_when is [item, answer] such as ["2", 1], got {list(other)}.'
            )


def _option(entry: Table) -> Option:
    value = entry.whole("value")
    return Option(value, entry.text("label"), entry.number("score", value), entry.text("loinc", ""))


def _bands(entry: Table) -> Iterator[SeverityBand]:
    for row in entry.rows("table", ()):
        match row:
            case (int() | Decimal() as low, int() | Decimal() as high, str(label)):
                yield SeverityBand(Decimal(low), Decimal(high), label)
            case _:
                raise DataError(f"{entry.where}: a band is [lowest, highest, label], got {list(row)}.")


def _part(entry: Table) -> Subscale:
    return Subscale(
        entry.text("id"),
        entry.text("title"),
        entry.words("items"),
        entry.choice("take", Take, Take.SUM),
        entry.flag("in_total"),
        entry.whole("needs", 0),
    )


def _condition(entry: Table) -> ScoreTest:
    of = entry.one_of("total", "item", "count")
    if of == "total" and not entry.flag("total"):
        raise DataError(f"{entry.where}: write total = true, or leave it out.")
    return ScoreTest(
        of,
        "" if of == "total" else entry.text(of),
        entry.number("at_least") if entry.has("at_least") else None,
        entry.number("at_most") if entry.has("at_most") else None,
        entry.whole("from_value", 0),
    )


def _criterion(entry: Table) -> Criterion:
    return Criterion(
        entry.text("id"),
        entry.text("title"),
        tuple(_condition(c) for c in entry.tables("all")),
        entry.words("sexes", ()),
        basis_of(entry),
    )


def _completeness(entry: Table) -> Completeness:
    most = entry.whole("most_missing", 0)
    return Completeness(
        most,
        entry.whole("most_missing_in_part", most),
        entry.words("never", ()),
        entry.flag("by_default"),
        basis_of(entry),
    )


def _threshold(entry: Table, label: str) -> Threshold:
    return Threshold(
        entry.text("label", label), _number(entry, "points"), _number(entry, "percent"), basis_of(entry)
    )


def _number(entry: Table, key: str) -> Decimal | None:
    return entry.number(key) if entry.has(key) else None


def _change(entry: Table) -> ChangeRules:
    reliable = entry.optional("reliable")
    return ChangeRules(
        _threshold(entry.table("response"), "response") if entry.has("response") else None,
        tuple(
            Remission(r.number("at_most"), r.number("fall", 0), basis_of(r))
            for r in entry.tables("remission")
        ),
        _threshold(reliable, "larger than measurement noise") if entry.has("reliable") else None,
        _number(reliable, "sd"),
        _number(reliable, "reliability"),
        tuple(_threshold(m, "meaningful") for m in entry.tables("meaningful")),
    )


def _measurement(entry: Table, title: str, change: ChangeRules) -> MeasuringProperties:
    mean, sd = two_numbers(entry, "typical")
    response = change.response.percent if change.response else None
    remission = change.remission[0].at_most if change.remission else None
    return MeasuringProperties(
        entry.text("short", title),
        entry.words("conditions"),
        entry.number("error_sd"),
        mean,
        sd,
        _said_once(entry, "response_percent", response),
        _said_once(entry, "remission_at_most", remission),
        basis_of(entry),
    )


def two_numbers(entry: Table, key: str) -> tuple[Decimal, Decimal]:
    """A pair of numbers; DataError for more or fewer."""
    match entry.numbers(key):
        case (first, second):
            return first, second
        case values:
            raise DataError(f"{entry.where}: '{key}' is two numbers, got {len(values)}.")


def _said_once(entry: Table, key: str, elsewhere: Decimal | None) -> Decimal:
    """The value of [change] where it has one, else that of the entry; saying it twice would let the two differ."""
    if elsewhere is None:
        return entry.number(key)
    if entry.has(key):
        raise DataError(f"{entry.where}: '{key}' stands in [change] already. Take it out here.")
    return elsewhere


def _rights(folder: Path) -> Rights:
    """The NOTICE: `Key: value` lines; `Terms` may be repeated, one line a sentence quoted from its holder."""
    fields: dict[str, list[str]] = {}
    for line in (folder / "NOTICE").read_text("utf-8").splitlines():
        key, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise ScaleError(f"NOTICE has a line without a key: '{line[:60]}'.")
        if colon:
            fields.setdefault(key.strip(), []).append(value.strip())
    return Rights(
        fields["Holder"][0],
        tuple(fields["Terms"]),
        fields["Source"][0],
        date.fromisoformat(fields["Accessed"][0]),
        Release(fields["Release"][0]),
        " ".join(fields.get("Note", ())),
    )


def texts(built: Instrument) -> dict[str, str]:
    """The hash of everything that a person reads: the stem, each item, and each item's answers, by name."""
    found = {"stem": fingerprint(built.stem)} if built.stem else {}
    for item in built.items:
        found[f"item {item.id}"] = fingerprint(item.text)
        found[f"answers {item.id}"] = fingerprint([o.label for o in item.options])
    return found


def _risk_item(entry: Table) -> RiskItem:
    present = entry.whole("present_from") if entry.has("present_from") else None
    return RiskItem(entry.text("item"), entry.whole("reported_from"), basis_of(entry), present)


def _check_itself(built: Instrument, folder: Path) -> None:
    """Refuse a definition that contradicts itself."""
    if built.id != folder.name:
        raise ScaleError(f"{folder.name}: the definition calls itself '{built.id}'.")
    ids = [item.id for item in built.items]
    if len(set(ids)) < len(ids):
        raise ScaleError(f"{built.id}: an item id is used twice.")
    for name in (*(i for part in built.parts for i in part.items), *built.completeness.never):
        built.item(name)
    if built.risk_item is not None:
        asked = built.item(built.risk_item.item)
        for value in (built.risk_item.reported_from, built.risk_item.present_from):
            if value is not None:
                asked.option(value)
    if built.total is not Take.NONE and bounds(built, {}) != (built.lowest, built.highest):
        raise ScaleError(
            f"{built.id}: the range says {built.lowest} to {built.highest}, the items {bounds(built, {})}."
        )


def _check_wording(built: Instrument, folder: Path) -> None:
    """Refuse a wording that is not the pinned one."""
    if built.tier is Tier.SCORE_ONLY:
        return
    try:
        text = (folder / "hashes.toml").read_text("utf-8")
        pinned = parse_toml(text, name=f"{folder.name}/hashes.toml")
    except FileNotFoundError:
        raise ScaleError(
            f"{built.title} has no hashes.toml, which pins every word that a person reads. Compare the wording with its "
            f"source, then write it with `tenuto scale pin {built.id}`."
        ) from None
    actual = texts(built)
    for name in sorted(set(pinned) | set(actual)):
        if pinned.get(name) != actual.get(name):
            raise ScaleError(
                f"{built.title}, {name}: the wording is not the pinned one. Restore it; a changed wording is another "
                "instrument, with its own id."
            )
