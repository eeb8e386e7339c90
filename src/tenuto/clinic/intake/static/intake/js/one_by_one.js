// On a phone a scale marked data-one-by-one shows one question at a time; on a wide screen all of them.

const NARROW = window.matchMedia("(width < 720px)");

export function oneByOne(form) {
  const items = [...form.querySelectorAll("[data-item]")];
  const [back, next, send, place] = ["back", "next", "send", "place"].map((name) => form.querySelector(`[data-${name}]`));
  const wrong = items.findIndex((item) => item.querySelector(".field-error"));
  let at = Math.max(wrong, 0);

  function show() {
    const one = NARROW.matches;
    form.classList.toggle("intake-one", one);
    items.forEach((item, n) => {
      item.hidden = one && n !== at;
    });
    const last = at === items.length - 1;
    back.hidden = !one || at === 0;
    next.hidden = !one || last;
    send.hidden = one && !last;
    place.textContent = one ? `${at + 1} of ${items.length}` : "";
  }

  function go(step) {
    at = Math.min(Math.max(at + step, 0), items.length - 1);
    show();
    items[at].querySelector("input, select")?.focus({ preventScroll: false });
  }

  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  NARROW.addEventListener("change", show);
  show();
}
