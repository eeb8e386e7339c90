// Locks the page when nobody has touched it for a while, in the page itself: what was typed stays typed, and what is
// running stays in sight. The server locks on its own clock too; this only makes it visible in time.
const session = document.querySelector("#session");
const dialog = session?.querySelector("dialog");
let touched = Date.now();

const title = document.title;

function hidden(value) {
  document.title = value ? "Locked" : title;
  document.documentElement.classList.toggle("locked", value);
  document.querySelector("main").inert = value;
}

// Null where the clinic can't be reached: the page locks by itself, and asks again.
async function send(url, fields) {
  const body = new FormData(session.querySelector("form"));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(url, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
}

async function lock() {
  if (dialog.open) return;
  hidden(true);
  dialog.show();
  dialog.querySelector("[name=password]").focus();
  await send(session.dataset.lock, {});
}

async function unlock(event) {
  event.preventDefault();
  const input = dialog.querySelector("[name=password]");
  const answer = await send(session.dataset.unlock, { password: input.value });
  const problem = dialog.querySelector("[data-problem]");
  problem.textContent = answer === null ? session.dataset.unreachable : answer.ok ? "" : await answer.text();
  input.value = "";
  if (!answer?.ok) return input.focus();
  touched = Date.now();
  dialog.close();
  hidden(false);
  document.dispatchEvent(new Event("tenuto:unlocked"));
}

if (session) {
  for (const kind of ["pointerdown", "keydown", "input"]) {
    document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  }
  dialog.querySelector("form").addEventListener("submit", unlock);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  setInterval(() => {
    if (Date.now() - touched > Number(session.dataset.lockAfter) * 1000) lock();
  }, 1000);
  // Whoever types for long in one form is there, though no request says so.
  setInterval(() => {
    if (!dialog.open && Date.now() - touched < 60_000) send(session.dataset.here, {});
  }, 60_000);
  window.addEventListener("beforeprint", () => {
    const note = new FormData(session.querySelector("form"));
    note.set("page", location.pathname);
    note.set("patient", session.dataset.patient);
    navigator.sendBeacon(session.dataset.printed, note);
  });
}
