// The week from the keyboard: arrows go from visit to visit; M picks one up, arrows carry it, and what stands against the
// place is asked of the server at each step. Putting it down opens the visit's page with the place, where it is moved.
const week = document.querySelector("[data-week]");
const said = document.querySelector("[data-said]");
const QUARTER = 15 * 60 * 1000;

if (week) {
  const visits = () => [...week.querySelectorAll("a[data-visit]")];
  const moves = "moves" in week.dataset;
  let carried = null;

  const rows = () => [...week.querySelectorAll("tr[data-row]")];
  const nameOf = (row) => row.dataset.row;
  const cellAt = (row, time) =>
    [...row.children].find((cell) => {
      const at = Date.parse((cell.querySelector("a[data-visit]") ?? cell).dataset.start ?? "");
      return at <= time && time < at + (cell.colSpan ?? 1) * QUARTER;
    });

  // The clock of the clinic at a moment within a cell: a visit's cell begins earlier than where another is carried over it.
  const clockAt = (cell, time) => {
    const start = (cell.querySelector("a[data-visit]") ?? cell).dataset.start;
    return new Date(Date.parse(`${start.slice(0, 19)}Z`) + time - Date.parse(start)).toISOString().slice(11, 16);
  };

  const unmark = () => {
    for (const cell of week.querySelectorAll(".booking-target, .booking-target-taken")) {
      cell.classList.remove("booking-target", "booking-target-taken");
    }
  };

  const letBe = () => {
    carried?.link.classList.remove("booking-carried");
    carried?.link.focus();
    carried = null;
    unmark();
    said.textContent = "";
  };

  const query = (place) => new URLSearchParams({ start: place.start, chair: place.chair, nurse: place.nurse });

  const check = async () => {
    const asked = carried;
    const cell = cellAt(carried.row, carried.time);
    unmark();
    if (!cell) return;
    asked.place = { start: new Date(carried.time).toISOString(), chair: nameOf(carried.row), nurse: carried.link.dataset.nurse };
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    cell.classList.add("booking-target");
    const day = carried.row.closest("[data-day]").querySelector("h2").textContent;
    const shown = clockAt(cell, carried.time);
    const answer = await fetch(`${carried.link.dataset.check}?${query(asked.place)}`, { headers: { Accept: "text/plain" } });
    const problem = answer.ok ? await answer.text() : "The place could not be checked.";
    if (carried !== asked) return;
    cell.classList.toggle("booking-target-taken", Boolean(problem));
    said.textContent = `${day}, ${shown}, ${nameOf(asked.row)}: ${problem || "free. Enter puts the visit there."}`;
  };

  const pickUp = (link) => {
    carried = { link, row: link.closest("tr"), time: Date.parse(link.dataset.start) };
    link.classList.add("booking-carried");
    check();
  };

  const putDown = (place, link) => {
    location.assign(`${link.getAttribute("href")}?${query(place)}#move`);
  };

  const toRow = (row) => {
    if (!row) return;
    carried = { ...carried, row };
    check();
  };

  const toDay = (step) => {
    const days = [...week.querySelectorAll("[data-day]")];
    const here = carried.row.closest("[data-day]");
    const there = days[days.indexOf(here) + step];
    const same = there && [...there.querySelectorAll("tr[data-row]")].find((row) => nameOf(row) === nameOf(carried.row));
    if (!same) return;
    const clock = clockAt(cellAt(carried.row, carried.time), carried.time);
    const cell = [...same.querySelectorAll("[data-start]")].filter((each) => each.dataset.start.slice(11, 16) <= clock).at(-1);
    const begins = (cell ?? same.querySelector("[data-start]")).dataset.start;
    // A visit over several hours begins earlier than the hour at which another is carried over it.
    const within = cell?.matches("a[data-visit]") ? Date.parse(`1970-01-01T${clock}Z`) - Date.parse(`1970-01-01T${begins.slice(11, 16)}Z`) : 0;
    const time = Date.parse(begins) + within;
    carried = { ...carried, row: same, time: cellAt(same, time) ? time : Date.parse(begins) };
    check();
  };

  const carry = (key) => {
    const own = [...carried.row.closest("tbody").children];
    const index = own.indexOf(carried.row);
    const steps = {
      ArrowLeft: () => cellAt(carried.row, carried.time - QUARTER) && (carried = { ...carried, time: carried.time - QUARTER }) && check(),
      ArrowRight: () => cellAt(carried.row, carried.time + QUARTER) && (carried = { ...carried, time: carried.time + QUARTER }) && check(),
      ArrowUp: () => toRow(own[index - 1]),
      ArrowDown: () => toRow(own[index + 1]),
      PageUp: () => toDay(-1),
      PageDown: () => toDay(1),
      Enter: () => carried.place && putDown(carried.place, carried.link),
      Escape: letBe,
    };
    steps[key]?.();
    return key in steps;
  };

  const walk = (link, key) => {
    const all = visits();
    const next = {
      ArrowRight: () => all[all.indexOf(link) + 1],
      ArrowLeft: () => all[all.indexOf(link) - 1],
      ArrowDown: () => inRow(link, 1),
      ArrowUp: () => inRow(link, -1),
    }[key]?.();
    next?.focus();
    return Boolean(next);
  };

  const inRow = (link, step) => {
    const every = rows();
    const clock = link.dataset.start.slice(11);
    for (let n = every.indexOf(link.closest("tr")) + step; n >= 0 && n < every.length; n += step) {
      const there = [...every[n].querySelectorAll("a[data-visit]")];
      if (there.length) return there.findLast((each) => each.dataset.start.slice(11) <= clock) ?? there[0];
    }
    return null;
  };

  week.addEventListener("keydown", (event) => {
    const link = event.target.closest("a[data-visit]");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    if (carried ? carry(event.key) : walk(link, event.key)) event.preventDefault();
    else if (moves && !carried && event.key.toLowerCase() === "m") pickUp(link);
    else return;
    event.stopPropagation();
  });

  week.addEventListener("focusout", (event) => {
    if (carried && event.target === carried.link) letBe();
  });

  if (moves) {
    let dragged = null;
    week.addEventListener("dragstart", (event) => {
      dragged = event.target.closest("a[data-visit]");
      event.dataTransfer?.setData("text/plain", dragged?.href ?? "");
    });
    week.addEventListener("dragover", (event) => {
      const cell = event.target.closest("td[data-start]");
      if (!dragged || !cell) return;
      event.preventDefault();
      unmark();
      cell.classList.add("booking-target");
    });
    week.addEventListener("drop", (event) => {
      const cell = event.target.closest("td[data-start]");
      if (!dragged || !cell) return;
      event.preventDefault();
      putDown({ start: cell.dataset.start, chair: nameOf(cell.closest("tr")), nurse: dragged.dataset.nurse }, dragged);
    });
    week.addEventListener("dragend", () => {
      dragged = null;
      unmark();
    });
  }
}
