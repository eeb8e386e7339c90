// Single keys for those who work without a mouse: / to search, j and k through rows, g and a letter to a page, ? for the
// list of them. Off while somebody types, with Ctrl, Alt or Meta, while a dialog is open, and when they were turned off.

const OFF = "tenuto-keys-off";
const SEARCHING = "#search";
const GO_MS = 1500;
const ROWS = "main tbody tr, main .link-rows > li, main .finding";

const typing = (target) => Boolean(target.closest?.("input, textarea, select, [contenteditable]"));

function remembered() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

function remember(off) {
  try {
    localStorage.setItem(OFF, off ? "1" : "0");
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}

// What of each row takes the focus: its link, or what opens it. Rows that are hidden have none.
function stops(root) {
  return [...root.querySelectorAll(ROWS)]
    .map((row) => (row.matches("a") ? row : row.querySelector("a[href], summary")))
    .filter((stop) => stop?.checkVisibility());
}

function move(root, by) {
  const all = stops(root);
  const here = all.findIndex((stop) => stop.closest(ROWS)?.contains(root.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by;
  all[next]?.focus();
}

// The cursor into the search of this page; whether it has one.
function search(root) {
  const field = [...root.querySelectorAll("main input[type=search]")].find((each) => each.checkVisibility());
  field?.focus();
  return Boolean(field);
}

export function keys(root) {
  const help = root.querySelector("dialog[data-keys]");
  if (!help) return;
  const toggle = help.querySelector("[data-keys-on]");
  let off = remembered();
  let goUntil = 0;
  toggle.checked = !off;
  toggle.addEventListener("change", () => {
    off = !toggle.checked;
    remember(off);
  });
  for (const button of root.querySelectorAll("[data-keys-open]")) {
    button.addEventListener("click", () => help.showModal());
  }
  if (location.hash === SEARCHING) search(root);
  const actions = {
    "?": () => help.showModal(),
    j: () => move(root, 1),
    k: () => move(root, -1),
    "/": () => {
      const page = root.querySelector("a[data-keys-search]");
      if (!search(root) && page) location.assign(`${page.href}${SEARCHING}`);
    },
    g: () => {
      goUntil = Date.now() + GO_MS;
    },
  };
  root.addEventListener("keydown", (event) => {
    if (off || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (typing(event.target) || root.querySelector("dialog[open]")) return;
    const going = Date.now() < goUntil;
    goUntil = 0;
    const place = going && root.querySelector(`a[data-go="${CSS.escape(event.key)}"]`);
    if (place) {
      event.preventDefault();
      place.click();
    } else if (!going && Object.hasOwn(actions, event.key)) {
      event.preventDefault();
      actions[event.key]();
    }
  });
}
