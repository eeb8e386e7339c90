// A scale marked data-one-by-one shows one question at a time on a phone.

const NARROW = window.matchMedia("(width < 720px)");

export function oneByOne(form) {
  const items = [...form.querySelectorAll("[data-item]")];
  const [back, next, send, place] = ["back", "next", "send", "place"].map((name) => form.querySelector(`[data-${name}]`));
  const progress = form.querySelector("[data-progress]");
  const wrong = items.findIndex((item) => item.querySelector(".field-error:not([hidden])"));
  let at = Math.max(wrong, 0);

  const one = () => NARROW.matches;
  const answered = (item) => !item.querySelector("[type=radio]") || item.querySelector("[type=radio]:checked");

  function show() {
    form.classList.toggle("one-by-one", one());
    items.forEach((item, n) => {
      item.hidden = one() && n !== at;
    });
    const last = at === items.length - 1;
    back.hidden = !one() || at === 0;
    next.hidden = !one() || last;
    send.hidden = one() && !last;
    place.textContent = one() ? `Question ${at + 1} of ${items.length}` : "";
    if (progress) {
      progress.hidden = !one();
      progress.value = at + 1;
    }
  }

  function go(step) {
    at = Math.min(Math.max(at + step, 0), items.length - 1);
    show();
    (items[at].querySelector("legend[tabindex]") ?? items[at].querySelector("input, select"))?.focus();
  }

  function goOn() {
    const lacking = items[at].querySelector("[data-lacking]");
    if (lacking) lacking.hidden = Boolean(answered(items[at]));
    if (!lacking || lacking.hidden) go(1);
    else items[at].querySelector("input")?.focus();
  }

  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", goOn);
  NARROW.addEventListener("change", show);
  show();
}
