// A form marked data-autosave sends each entry (data-entry) by itself when it was changed: soon after typing pauses, at
// once when it is left or a choice is made. Entries of a page are sent one after the other, whichever form they stand in.
// What is not saved yet is marked, holds the page, and goes along when the page is left all the same. Whatever can't be
// sent stays on the page and is sent again. Answers whether anything waits, and how to send it now.

const PAUSE = 1200;
const AGAIN = 5000;

// The server's own markup, parsed but never run.
function fill(place, markup) {
  const open = new Set([...place.querySelectorAll("details[open][id]")].map((each) => each.id));
  place.replaceChildren(...new DOMParser().parseFromString(markup, "text/html").body.childNodes);
  for (const each of place.querySelectorAll("details[id]")) each.open = open.has(each.id);
}

// Whether a field holds something else than the server sent: typed before this script ran, or put back by the browser.
function differs(field) {
  if (field.type === "hidden") return false;
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((o) => o.defaultSelected && !o.selected);
  return field.value !== field.defaultValue;
}

let sending = Promise.resolve();

export function selfSaving(form) {
  const status = document.querySelector("[data-save-status]");
  const aside = document.querySelector("[data-aside]");
  const timers = new Map();
  const dirty = new Set();
  const begun = new Set();
  let underway = 0;

  const tell = (text) => {
    if (status) status.textContent = text;
  };
  const mark = (entry) => entry.toggleAttribute("data-unsaved", dirty.has(entry) || begun.has(entry));
  const schedule = (entry, wait) => {
    clearTimeout(timers.get(entry));
    timers.set(entry, setTimeout(() => enqueue(entry), wait));
  };
  const enqueue = (entry) => {
    if (!dirty.has(entry)) return;
    underway += 1;
    sending = sending.then(() => send(entry)).finally(() => {
      underway -= 1;
    });
  };

  function body(entries) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const field of entries.flatMap((entry) => [...entry.querySelectorAll("input, select, textarea")])) {
      if (!field.name || ((field.type === "radio" || field.type === "checkbox") && !field.checked)) continue;
      data.set(field.name, field.value);
    }
    return data;
  }

  // The browser finishes a request that is kept alive also when the page is left meanwhile.
  const post = (entries, how) =>
    fetch(form.action || location.href, {
      method: "POST",
      body: body(entries),
      headers: { "X-Autosave": how },
      keepalive: true,
    });

  async function send(entry) {
    if (!dirty.delete(entry)) return;
    begun.add(entry);
    tell("Saving");
    try {
      await sent(entry);
    } finally {
      begun.delete(entry);
      mark(entry);
    }
  }

  async function sent(entry) {
    let response;
    try {
      response = await post([entry], "1");
    } catch {
      keep(entry, "Not saved: no connection. Keep this page open; it is sent again.");
      return;
    }
    const answer = response.headers.get("content-type")?.startsWith("application/json") ? await response.json() : null;
    if (answer === null) keep(entry, "Not saved. Keep this page open, and sign in again in another tab.");
    else take(entry, answer);
  }

  function keep(entry, text) {
    dirty.add(entry);
    mark(entry);
    tell(text);
    schedule(entry, AGAIN);
  }

  function take(entry, answer) {
    const error = entry.querySelector("[data-error]");
    error.hidden = !answer.error;
    error.querySelector("span").textContent = answer.error ?? "";
    for (const field of entry.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      field.toggleAttribute("aria-invalid", false);
      if (answer.error) field.setAttribute("aria-invalid", "true");
    }
    if (answer.conflict) {
      tell("Somebody else answered this too.");
      form.requestSubmit();
      return;
    }
    if (answer.error) {
      tell("Not saved: see the red line.");
      return;
    }
    const version = answer.versions[entry.dataset.entry];
    if (version) entry.querySelector("[data-version]").value = version;
    const notes = entry.querySelector("[data-notes]");
    if (notes) fill(notes, answer.notes[entry.dataset.entry] ?? "");
    if (aside) fill(aside, answer.aside);
    tell(dirty.size ? "Saving" : answer.saved);
  }

  const touch = (entry) => {
    dirty.add(entry);
    mark(entry);
    tell("Not saved yet");
    schedule(entry, PAUSE);
  };
  const entryOf = (event) => event.target.closest("[data-entry]");
  form.addEventListener("input", (event) => {
    const entry = entryOf(event);
    if (entry) touch(entry);
  });
  form.addEventListener("change", (event) => {
    const entry = entryOf(event);
    // A choice is whole as it is made; a row, only when it is left.
    if (entry?.matches(":not(fieldset)") && event.target.matches("select, [type=radio]")) schedule(entry, 0);
  });
  form.addEventListener("focusout", (event) => {
    const entry = entryOf(event);
    // A row is saved when it is left as a whole, not between its fields.
    if (entry && !entry.contains(event.relatedTarget)) schedule(entry, 0);
  });
  form.addEventListener("submit", () => {
    for (const timer of timers.values()) clearTimeout(timer);
    dirty.clear();
  });
  window.addEventListener("pagehide", () => {
    const left = [...dirty];
    dirty.clear();
    if (left.length) post(left, "leaving").catch(() => {});
  });
  for (const entry of form.querySelectorAll("[data-entry]")) {
    if ([...entry.querySelectorAll("input, select, textarea")].some(differs)) touch(entry);
  }
  window.addEventListener("beforeunload", (event) => {
    if (dirty.size || begun.size) event.preventDefault();
  });
  return {
    waits: () => dirty.size + underway > 0,
    flush: () => {
      for (const entry of [...dirty]) {
        clearTimeout(timers.get(entry));
        enqueue(entry);
      }
      return sending;
    },
  };
}
