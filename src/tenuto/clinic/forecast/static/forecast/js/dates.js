// The slider over the days that are offered. Every figure is on the page already, in the table of days: nothing is fetched,
// and without scripts the list and its button show the same.
const part = document.querySelector("[data-dates]");
const range = part?.querySelector('input[type="range"]');

if (range) {
  // The table begins with the longest interval; the slider has it at its right end.
  const days = [...part.querySelectorAll("tr[data-on]")].reverse();
  const choose = part.querySelector("[data-choose]");
  const select = part.querySelector("select");

  const show = (day) => {
    for (const place of part.querySelectorAll("[data-shown]")) {
      place.textContent = day.dataset[place.dataset.shown];
    }
    for (const name of ["wide", "narrow"]) {
      const marker = document.querySelector(`.chart-${name} [data-candidate]`);
      marker?.setAttribute("transform", `translate(${day.dataset[name]} 0)`);
    }
    // What the day brings in exposure and which checks wait by then, beside the decision.
    for (const weight of document.querySelectorAll("[data-weight]")) {
      weight.hidden = weight.dataset.weight !== day.dataset.on;
    }
    select.value = day.dataset.on;
    if (choose) choose.href = `?on=${day.dataset.on}#decide`;
    range.setAttribute("aria-valuetext", `${day.dataset.day}, ${day.dataset.interval}, ${day.dataset.risk} lost by then`);
  };

  range.value = String(days.findIndex((day) => "chosen" in day.dataset) + 1);
  show(days[Number(range.value) - 1]);
  range.addEventListener("input", () => show(days[Number(range.value) - 1]));
}
