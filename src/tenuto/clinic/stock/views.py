"""The drug ledger on one page: what is in each vial, what waits for a witness, which session does not balance, and the close of a day."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.stock.forms import STOCK_FORMS, SpanForm, StockForm
from tenuto.clinic.stock.presenters import ledger_shown
from tenuto.clinic.stock.reading import ledger_of
from tenuto.clinic.stock.report import LedgerSpan, ledger_paper, ledger_table, rows_between
from tenuto.clinic.stock.services import StockRefused, close_day, witness, write_stock
from tenuto.core.dates import say_date
from tenuto.core.stock.entries import StockContent, VialReceived

__all__ = ["close", "page", "paper", "see", "table", "write"]

HERE = "stock:page"


@require_safe
@requires("stock.view")
def page(request: HttpRequest) -> HttpResponse:
    """The ledger as it stands."""
    return _shown(request)


def _shown(
    request: HttpRequest, kind: str = "", failed: StockForm | None = None, span: SpanForm | None = None
) -> HttpResponse:
    staff, now = staff_of(request), clock.instant()
    shown = ledger_shown(staff.clinic, ledger_of(staff.clinic), now, reader=staff, hidden=hidden_from(staff))
    record_list("drug ledger", shown.patients, by=staff, at=now)
    forms = [
        (name, title, failed if failed is not None and name == kind else _empty(name))
        for name, (_, title) in STOCK_FORMS.items()
        if name != "LossReported"
    ]
    reports = [
        (
            loss,
            failed
            if failed is not None and failed.data.get("loss") == loss.id
            else _empty("LossReported", loss=loss.id),
        )
        for loss in shown.losses
        if loss.open
    ]
    wrong = failed is not None or span is not None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    span = span or SpanForm(auto_id="id_span_%s")
    context = {"here": "stock", "ledger": shown, "forms": forms, "reports": reports, "span_form": span}
    return render(request, "stock/page.html", context, status=status)


def _empty(kind: str, **initial: str) -> StockForm:
    extra = f"_{initial['loss']}" if "loss" in initial else ""
    return STOCK_FORMS[kind][0](initial={"client_id": uuid4(), **initial}, auto_id=f"id_{kind}{extra}_%s")


@require_POST
@requires("stock.record")
def write(request: HttpRequest) -> HttpResponse:
    """Keep one entry, once."""
    kind, now = request.POST.get("kind", ""), clock.instant()
    if kind not in STOCK_FORMS:
        messages.error(request, "Nothing was written. Open the ledger again.", extra_tags="Not kept")
        return redirect(HERE)
    form = STOCK_FORMS[kind][0](request.POST, auto_id=f"id_{kind}_%s")
    if form.is_valid():
        try:
            write_stock(
                client_id=str(form.cleaned_data["client_id"]),
                what=form.content(),
                happened_at=now,
                by=staff_of(request),
                at=now,
            )
        except StockRefused as refused:
            form.add_error(None, str(refused))
        else:
            _say_expired(request, form.content(), clock.day_of(staff_of(request).clinic, now))
            return redirect(HERE)
    return _shown(request, kind, form)


def _say_expired(request: HttpRequest, what: StockContent, day: date) -> None:
    """A vial that came in is in the ledger, expired or not; whoever put it there learns that nobody draws from it."""
    if isinstance(what, VialReceived) and what.expires < day:
        said = f"Vial {what.vial} expired on {say_date(what.expires)}. It is in the ledger, and nothing is drawn from it: return it."
        messages.warning(request, said, extra_tags="Expired")


@require_POST
@requires("stock.record")
def see(request: HttpRequest) -> HttpResponse:
    """Witness what somebody else wrote."""
    try:
        witness(entry=request.POST.get("entry", ""), by=staff_of(request), at=clock.instant())
    except StockRefused as refused:
        messages.error(request, str(refused), extra_tags="Not witnessed")
    return redirect(HERE)


@require_POST
@requires("stock.record")
def close(request: HttpRequest) -> HttpResponse:
    """Close the day, when everything is in balance."""
    try:
        close_day(by=staff_of(request), at=clock.instant())
    except StockRefused:
        # The page names whose session it is to who may see them; the sentence of the refusal has its number.
        messages.error(
            request, "Not closed. What is open stands under Close the day.", extra_tags="Not closed"
        )
    else:
        messages.success(
            request, "Every mL is in the cabinet, given or wasted before a witness.", extra_tags="Closed"
        )
    return redirect(HERE)


@require_safe
@requires("stock.export")
def table(request: HttpRequest) -> HttpResponse:
    """The ledger of some days as a table, for an inventory or an inspection."""
    return _taken_along(request, "csv", "text/csv; charset=utf-8")


@require_safe
@requires("stock.export")
def paper(request: HttpRequest) -> HttpResponse:
    """The same on paper, with what was in the cabinet at the end."""
    return _taken_along(request, "pdf", "application/pdf")


def _taken_along(request: HttpRequest, kind: str, content_type: str) -> HttpResponse:
    staff, now, form = staff_of(request), clock.instant(), SpanForm(request.GET)
    if not form.is_valid():
        return _shown(request, span=form)
    span = LedgerSpan(form.cleaned_data["first"], form.cleaned_data["last"])
    hidden = hidden_from(staff)
    rows = rows_between(staff.clinic, span, hidden=hidden)
    if kind == "csv":
        content: str | bytes = ledger_table(rows)
    else:
        content = ledger_paper(staff.clinic, span, rows, hidden=hidden, made=now, by=staff.audit_name)
    named = tuple({row.patient_id for row in rows if row.patient_id is not None})
    what = "drug ledger as a table" if kind == "csv" else "drug ledger on paper"
    record_list(what, named, by=staff, at=now, rows=len(rows))
    last = span.last or clock.day_of(staff.clinic, now)
    name = f"drug-ledger-{f'{span.first}-to-' if span.first else ''}{last}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
