// Charting survives a lost network. Every entry is saved on this device before it is sent, under an id of its own and with
// its time by the server's clock, and is forgotten here only when the clinic has said that it stands on the chart. What
// waits is sent in the order in which it was charted. Without scripts, and where a browser can save nothing, the forms post
// by themselves.
import "../../ui/js/kept.js";
import { clientId } from "../../ui/js/client_id.js";
import { aheadBy, serverNow, setAhead, setAheadAgain } from "./clock.js";

const kept = self.tenutoKept;
const root = document.querySelector("[data-saved-here]");
// Before any script has changed it.
const markup = `<!doctype html>${document.documentElement.outerHTML}`;

const GIVE_UP = 8000;
const SOONEST = 3000;
const LATEST = 60000;
const A_PRESS = 1000;
const SHOWN_AHEAD = 5000;
const TURNS = ["EmergencyDeclared", "EmergencyEnded", "PumpPaused", "PumpResumed", "PumpStopped", "RateChanged", "BolusGiven", "PumpStarted"];
const SIX = ["systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "spo2_percent", "respirations_per_min", "moaas"];
const { UNREACHABLE, LOCKED, OUT, SHUT, OVER } = Object.fromEntries(
  ["UNREACHABLE", "LOCKED", "OUT", "SHUT", "OVER"].map((name) => [name, name]),
);
const JSON_ONLY = { Accept: "application/json", "Tenuto-Background": "yes" };

const { page, session, keyUrl, staff, staffName, signIn } = root?.dataset ?? {};
const words = (name) => root.querySelector(`template[data-words=${name}]`).content.textContent.trim();
let held = null;
let begun = Promise.resolve();
let token = "";
let pause = SOONEST;
let timer = 0;
let state = "";

const timeOf = (moment) =>
  new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: root.dataset.zone });

// The clinic ------------------------------------------------------------------------------------------------------------

const ask = (url, options = {}) =>
  fetch(url, { ...options, cache: "no-store", signal: AbortSignal.timeout(GIVE_UP), headers: { ...JSON_ONLY, ...options.headers } });

const isJson = (answer) => answer.headers.get("content-type")?.startsWith("application/json");

// Whether the clinic answers, knows who is signed in, and by how much this clock is ahead of its own.
async function greet() {
  const before = Date.now();
  let answer;
  try {
    answer = await ask(keyUrl);
  } catch {
    return UNREACHABLE;
  }
  const after = Date.now();
  if (answer.status >= 500) return UNREACHABLE;
  if (answer.redirected && new URL(answer.url).pathname === signIn) {
    await kept.forgetKeys();
    held = null;
    return OUT;
  }
  if (answer.status === 410) return OVER;
  if (answer.status === 403 && !isJson(answer)) return (await answer.text()) ? SHUT : LOCKED;
  if (!answer.ok || !isJson(answer)) return SHUT;
  const said = await answer.json();
  // Somebody else has signed in: what waits here is not theirs, and this page is not either.
  if (said.staff !== staff) return OUT;
  token = said.token;
  setAhead((before + after) / 2 - Date.parse(said.now));
  const about = { owner: staff, of: session, until: after + said.seconds * 1000, ahead: aheadBy() };
  for (const key of [...said.keys].reverse()) await kept.takeKey(key, about);
  held = (await kept.heldKeys()).find((each) => each.name === said.keys[0].name);
  return "";
}

const mine = (each) => each.owner === staff && each.content;

async function post(entry) {
  const body = new URLSearchParams(entry.content.fields);
  const answer = await ask(entry.content.url, { method: "POST", body, headers: { "X-CSRFToken": token } });
  if (answer.status >= 500) throw new Error(String(answer.status));
  const said = isJson(answer) ? await answer.json() : {};
  return { status: answer.redirected ? 403 : answer.status, said };
}

// Sends what waits, one after the other, and answers what became of each.
async function sendAll() {
  const became = new Map();
  state = await greet();
  if (state) return became;
  for (const entry of (await kept.entries(session)).filter((each) => mine(each) && !each.content.refused)) {
    let answer;
    try {
      answer = await post(entry);
    } catch {
      state = UNREACHABLE;
      return became;
    }
    became.set(entry.name, answer);
    if (answer.status === 200) await kept.drop(entry.order);
    else await keepRefused(entry, answer);
  }
  return became;
}

// What the chart does not take stays here, beside what the clinic says of it, until a person has settled it.
async function keepRefused(entry, { said }) {
  const refused = { problems: said.problems ?? [words("shut")], kept: said.kept ?? null };
  await kept.keep(held, entry, { ...entry.content, refused });
}

const oneAtATime = (act) => (navigator.locks ? navigator.locks.request("tenuto-send", act) : act());

async function flush() {
  clearTimeout(timer);
  const became = await oneAtATime(sendAll);
  const waits = await show();
  if (state === UNREACHABLE || (state && waits)) {
    timer = setTimeout(background, pause);
    pause = Math.min(pause * 2, LATEST);
  } else pause = SOONEST;
  return became;
}

async function background() {
  const became = await flush();
  if ([...became.values()].some((each) => each.status === 200)) await renew();
}

// A page that is opened again without the clinic goes by the difference that was measured last, whichever look measured it.
async function keepAhead() {
  if (held && !document.querySelector("meta[name=tenuto-kept]")) await kept.setAhead(held, aheadBy());
}

// The page as the clinic has it now, without what is being typed.
async function renew() {
  try {
    const answer = await fetch(page, { headers: { "Tenuto-Background": "yes" }, signal: AbortSignal.timeout(GIVE_UP) });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const here of document.querySelectorAll("[data-renewed]")) {
      const there = fresh.getElementById(here.id);
      if (there && !here.contains(document.activeElement)) here.replaceWith(document.adoptNode(there));
    }
    document.dispatchEvent(new Event("tenuto:renewed"));
    await show();
  } catch {
    // The next look at the clinic brings it.
  }
}

// Charting --------------------------------------------------------------------------------------------------------------

// What was filled in, in the words of the form.
function wordsOf(form) {
  const parts = [];
  for (const field of form.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!field.value || (/radio|checkbox/.test(field.type) && !field.checked)) continue;
    const label = field.labels?.[0]?.textContent.trim() ?? "";
    const value = field.selectedOptions?.[0]?.textContent.trim() ?? field.value;
    const bare = /radio|checkbox/.test(field.type) ? label : value;
    parts.push(bare === label || label === form.dataset.says ? bare : `${label} ${value}`);
  }
  return [form.dataset.says, parts.join(", ")].filter(Boolean).join(": ");
}

// The fields of a form as pairs, since a name may stand there more than once, with others in their place; null takes one out.
function filledIn(pairs, others) {
  const rest = pairs.filter(([name]) => !(name in others));
  return [...rest, ...Object.entries(others).filter(([, value]) => value !== null)];
}

async function save(form) {
  const now = serverNow();
  const name = clientId();
  const fields = filledIn([...new FormData(form)], {
    csrfmiddlewaretoken: null,
    client_id: name,
    session,
    saved_by: staff,
    charted_at: new Date(now).toISOString(),
    ahead_seconds: String(Math.round(aheadBy() / 1000)),
    seen_event: document.querySelector("[data-known]").dataset.known,
  });
  const kind = form.elements.namedItem("kind")?.value ?? "";
  const content = { url: form.action, fields, at: now, kind, words: wordsOf(form) };
  return { name, said: `${timeOf(now)} ${content.words}`, order: await kept.keep(held, { owner: staff, label: staffName, of: session, page, name }, content) };
}

async function sayOnTheLock({ said }) {
  const place = document.querySelector("#session dialog[open] [data-locked-said]");
  if (place) place.textContent = `${said}. ${words("waits-locked")}`;
}

// The next entry can be charted; two presses of one button in a second are one.
function emptied(form, saved) {
  sayOnTheLock(saved);
  form.reset();
  form.closest("details")?.removeAttribute("open");
  document.dispatchEvent(new Event("tenuto:charted"));
}

async function charted(form) {
  const saved = await save(form);
  await show();
  if (state === UNREACHABLE) {
    emptied(form, saved);
    background();
    return;
  }
  const answer = (await flush()).get(saved.name);
  if (answer?.status === 200) location.assign(page);
  else if (answer?.status === 422) {
    // The clinic shows the form as it was filled in, with what is wrong beside each field.
    await kept.drop(saved.order);
    form.submit();
  } else emptied(form, saved);
}

// A press that would be passed over can't be made.
function hold(form, held) {
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    const focused = document.activeElement === button;
    button.disabled = held;
    if (focused) button.focus();
  }
}

// The page was opened a moment ago, or the clinic gives no key: where it answers, it takes the form itself. Where it does not,
// the form stays as it was filled in.
async function withoutKey(form) {
  await begun;
  if (!held) state = await greet();
  if (held) return charted(form);
  if (state !== UNREACHABLE) return form.submit();
  root.querySelector("[data-no-key]").hidden = false;
  return show();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!root || !kept.available || !form.matches("[data-chart]")) return;
  event.preventDefault();
  hold(form, true);
  const again = form.querySelector("input:not([type=hidden]), textarea, select") ? 0 : A_PRESS;
  (held ? charted(form) : withoutKey(form)).finally(() => setTimeout(hold, again, form, false));
});

// What is shown ---------------------------------------------------------------------------------------------------------

function lineOf(entry) {
  const line = root.querySelector("template[data-line]").content.cloneNode(true);
  line.querySelector("time").textContent = timeOf(entry.content.at);
  line.querySelector("[data-said]").textContent = entry.content.words;
  return line;
}

function unsettled(entry) {
  const row = root.querySelector("template[data-unsettled]").content.cloneNode(true);
  const { refused, at } = entry.content;
  row.querySelector("[data-mine]").textContent = `${timeOf(at)} ${entry.content.words}`;
  row.querySelector("[data-theirs]").textContent = refused.kept
    ? `${timeOf(refused.kept.happened_at)} ${refused.kept.words}, ${refused.kept.who}`
    : refused.problems.join(" ");
  row.querySelector("[data-try-again]").addEventListener("click", () => settle(entry, {}));
  row.querySelector("[data-as-note]").addEventListener("click", () => settle(entry, asNote(entry)));
  const drop = row.querySelector("[data-drop]");
  drop.hidden = !isEmpty(entry.content);
  drop.addEventListener("click", () => oneAtATime(() => kept.drop(entry.order)).then(show));
  return row;
}

// A set in which nobody typed a value tells nothing, so that nothing is lost with it.
const isEmpty = ({ kind, fields }) => kind === "VitalsTaken" && SIX.every((name) => !fields.find(([key]) => key === name)?.[1]);

// What the chart does not take as it is can always stand there in words.
const asNote = ({ content }) => ({
  kind: "NoteWritten",
  amends: null,
  text: `${words("as-note")} ${content.words}`.slice(0, 1000),
});

async function settle(entry, others) {
  const fields = filledIn(entry.content.fields, { ...others, client_id: clientId() });
  // Not between a sending and its answer, which would be kept over it.
  await oneAtATime(() => kept.keep(held, entry, { ...entry.content, fields, refused: null }));
  await background();
}

async function show() {
  const all = kept.available ? await kept.entries(session) : [];
  const own = all.filter(mine);
  const waiting = own.filter((each) => !each.content.refused);
  const others = new Set(all.filter((each) => !each.content).map((each) => each.label));
  document.getElementById("waiting-lines").replaceChildren(...waiting.map(lineOf));
  const refused = own.filter((each) => each.content.refused);
  root.querySelector("[data-refused]").hidden = refused.length === 0;
  root.querySelector("[data-refused] ul").replaceChildren(...refused.map(unsettled));
  root.querySelector("[data-lost]").hidden = !state && waiting.length === 0;
  root.querySelector("[data-state]").textContent = state ? words(state.toLowerCase()) : "";
  root.querySelector("[data-count]").textContent = waiting.length ? `${waiting.length} ${words(waiting.length === 1 ? "waits" : "waiting")}` : "";
  root.querySelector("[data-others]").textContent = others.size ? `${words("others")} ${[...others].join(", ")}.` : "";
  root.querySelector("[data-others]").hidden = others.size === 0;
  const ahead = aheadBy();
  root.querySelector("[data-ahead]").hidden = Math.abs(ahead) < SHOWN_AHEAD;
  root.querySelector("[data-ahead-by]").textContent = inWords(ahead);
  // By what waits the pump may be in another state than the clinic knows: both ways are open, and what was counted stands still.
  const turned = waiting.some((each) => TURNS.includes(each.content.kind));
  document.documentElement.toggleAttribute("data-turned", turned);
  for (const each of document.querySelectorAll("[data-apt]")) each.hidden = !turned && each.dataset.apt === "no";
  showEmergency(waiting);
  return waiting.length;
}

// An emergency has its clock and its steps from the moment of the press, whether or not the clinic heard of it.
function showEmergency(waiting) {
  const last = waiting.filter((each) => each.content.kind.startsWith("Emergency")).at(-1);
  const known = document.querySelector("#session-now .infusion-emergency");
  for (const place of document.querySelectorAll("[data-emergency-place]")) {
    if (last?.content.kind !== "EmergencyDeclared" || (known && root.contains(place))) place.replaceChildren();
    else if (!place.children.length) {
      const card = root.querySelector("template[data-emergency]").content.cloneNode(true);
      card.querySelector("[data-time]").textContent = timeOf(last.content.at);
      card.querySelector("[data-since]").dataset.since = new Date(last.content.at).toISOString();
      place.replaceChildren(card);
    }
  }
}

// What can't wait is charted on a locked screen too: it is saved here, and sent once the same person has unlocked.
function chartWhileLocked() {
  const dialog = document.querySelector("#session dialog");
  if (dialog && !dialog.querySelector(".infusion-locked")) {
    dialog.append(root.querySelector("template[data-locked]").content.cloneNode(true));
  }
}

function inWords(ahead) {
  const seconds = Math.round(Math.abs(ahead) / 1000);
  const size = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${size} ${ahead > 0 ? words("ahead") : words("behind")}`;
}

// The beginning ---------------------------------------------------------------------------------------------------------

async function begin() {
  if (!kept.available) {
    root.querySelector("[data-none]").hidden = false;
    return;
  }
  // From an earlier look at this page, so that a page that was opened without a network goes on.
  held = (await kept.heldKeys()).find((each) => each.owner === staff && each.of === session) ?? null;
  if (held) {
    // A page fresh from the clinic was compared with its clock just now; only one that was kept goes by what was measured before.
    if (document.querySelector("meta[name=tenuto-kept]")) setAheadAgain(held.ahead);
    chartWhileLocked();
  }
  await show();
  await background();
  if (held) chartWhileLocked();
  if (state || !held) return;
  await kept.keepPage(held, { owner: staff, url: page, title: document.title }, markup);
  await keepFiles();
}

// What the page is shown with. The first time no service worker saw it pass.
async function keepFiles() {
  const files = performance.getEntriesByType("resource").map((each) => each.name);
  const own = new Set(files.filter((each) => each.startsWith(`${location.origin}${root.dataset.staticFiles}`)));
  await (await caches.open(kept.STATIC)).addAll(own);
}

if (root) {
  window.addEventListener("online", background);
  window.addEventListener("offline", () => {
    state = UNREACHABLE;
    show();
  });
  document.addEventListener("tenuto:unlocked", background);
  document.addEventListener("tenuto:compared", keepAhead);
  document.addEventListener("visibilitychange", () => document.hidden || background());
  begun = begin();
}
