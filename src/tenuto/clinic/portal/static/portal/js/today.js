// The questions of today, one a screen. An answer is kept on this phone under a name of its own before anything is sent,
// and is forgotten here only when the clinic has said that it arrived: without a network nothing is lost, and what is sent
// twice counts once.

import { clientId } from "../../ui/js/client_id.js";

const PAUSE = 200;
const SOONEST = 3000;
const LATEST = 60000;
const OVER = 403;
const NOT_OURS = 422;

const root = document.querySelector("[data-today]");
const KEY = `tenuto-answers-${root.dataset.today}`;
const words = (name) => document.querySelector(`[data-words=${name}]`).content.textContent;
const say = (text) => {
  root.querySelector("[data-state]").textContent = text;
};

// The queue ---------------------------------------------------------------------------------------------------------

let memory = [];

function waiting() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return memory;
  }
}

function keep(queue) {
  memory = queue;
  try {
    if (queue.length) localStorage.setItem(KEY, JSON.stringify(queue));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing still sends what it has in memory.
  }
}

let sending = false;
let pause = SOONEST;
let timer = 0;

async function send(answer) {
  const body = new URLSearchParams(answer);
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
  return fetch(root.dataset.url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token },
    redirect: "manual",
  });
}

async function flush() {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    for (let queue = waiting(); queue.length; queue = waiting()) {
      const answer = await send(queue[0]);
      if (answer.status === OVER) {
        say(words("over"));
        return;
      }
      if (!answer.ok && answer.status !== NOT_OURS) throw new Error(String(answer.status));
      const problem = answer.ok ? "" : (await answer.json()).problem;
      keep(waiting().filter((each) => each.client !== queue[0].client));
      pause = SOONEST;
      say("");
      if (problem) refuse(problem);
    }
    // Whom to call stays on the screen until the person goes on.
    if (finished() && crisis.hidden) {
      if (refused.hidden) location.assign(root.dataset.done);
      else {
        all.hidden = true;
        refused.querySelector("[data-refused-on]").hidden = false;
      }
    }
  } catch {
    say(words(finished() ? "waiting" : "offline"));
    timer = setTimeout(flush, pause);
    pause = Math.min(pause * 2, LATEST);
  } finally {
    sending = false;
  }
}

// The questions -----------------------------------------------------------------------------------------------------

const questions = [...root.querySelectorAll("[data-question]")];
const given = new Map();
// A collection of fields has a method `item`: a field of that name is asked for by `namedItem`.
const field = (form, name) => form.elements.namedItem(name).value;
const named = (form) => `${field(form, "instrument")} ${field(form, "item")}`;
const place = root.querySelector("[data-place]");
const progress = root.querySelector("[data-progress]");
const refused = root.querySelector("[data-refused]");
const crisis = root.querySelector("[data-crisis]");
const all = root.querySelector("[data-all-answered]");
let at = 0;

function applies(form) {
  if (!form.dataset.when) return true;
  const [item, value] = form.dataset.when.split("=");
  const before = given.get(`${form.dataset.scale} ${item}`);
  return before === undefined || before === value;
}

function next(from) {
  let n = from;
  while (n < questions.length && (given.has(named(questions[n])) || !applies(questions[n]))) n += 1;
  return n;
}

// What the clinic did not keep stands on the screen, and the page stays until the person has read it.
function refuse(why) {
  const line = document.createElement("li");
  line.textContent = why;
  refused.querySelector("[data-refused-why]").append(line);
  refused.hidden = false;
}

const finished = () => next(0) >= questions.length;

function before() {
  // What completes a scale is sent with it: one goes back within a scale only.
  const previous = questions[at - 1];
  return previous && questions[at] && previous.dataset.scale === questions[at].dataset.scale ? previous : null;
}

function show(focus) {
  const done = at >= questions.length;
  questions.forEach((form, n) => {
    form.hidden = n !== at;
  });
  all.hidden = !done;
  progress.hidden = false;
  progress.value = Math.min(at, questions.length);
  place.textContent = done ? "" : `Question ${at + 1} of ${questions.length}`;
  if (!done) questions[at].querySelector("[data-back]").hidden = !before();
  if (focus) (done ? all : questions[at]).querySelector("[tabindex]")?.focus();
}

function take(form) {
  const chosen = form.querySelector("[name=value]:checked");
  if (!chosen) {
    form.querySelector("[name=value]").focus();
    return;
  }
  given.set(named(form), chosen.value);
  keep([
    ...waiting(),
    {
      client: clientId(),
      instrument: field(form, "instrument"),
      item: field(form, "item"),
      value: chosen.value,
      at: new Date().toISOString(),
    },
  ]);
  at = next(at + 1);
  if (at >= questions.length) at = next(0);
  if ("alarming" in chosen.dataset) {
    // Whom to call stands on the screen before anything is sent.
    form.hidden = true;
    crisis.hidden = false;
    crisis.querySelector("[tabindex]").focus();
  } else show(true);
  flush();
}

for (const form of questions) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(form);
  });
  form.addEventListener("click", (event) => {
    // The detail marks a tap: arrow keys change the answer too, and must not leave the question.
    if (event.target.matches("[type=radio]") && event.detail > 0) {
      setTimeout(() => form.hidden || take(form), PAUSE);
    }
  });
  form.querySelector("[data-back]").addEventListener("click", () => {
    const previous = before();
    if (!previous) return;
    given.delete(named(previous));
    at -= 1;
    show(true);
  });
}
crisis.querySelector("[data-go-on]").addEventListener("click", () => {
  crisis.hidden = true;
  show(true);
  flush();
});
window.addEventListener("online", flush);

// What was answered here before the page was opened again is not asked once more.
for (const answer of waiting()) given.set(`${answer.instrument} ${answer.item}`, answer.value);
at = next(0);
show(false);
flush();
