// What is due counts down, and what runs counts up, between two looks at the server.

// The difference between this device's clock and the server's: the server's governs.
const shown = () => document.querySelector("[data-server-now]");
let ahead = Date.now() - Date.parse(shown()?.dataset.serverNow ?? new Date().toISOString());
document.addEventListener("htmx:after:swap", () => {
  ahead = Date.now() - Date.parse(shown()?.dataset.serverNow ?? new Date().toISOString());
});

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const tick = () => {
  const now = Date.now() - ahead;
  for (const each of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(each.dataset.due) - now) / 1000;
    each.textContent = left >= 0 ? `in ${minutes(left)}` : `${minutes(-left)} late`;
  }
  const given = document.querySelector("[data-given]");
  if (given) {
    const seconds = (now - Date.parse(shown().dataset.serverNow)) / 1000;
    const mg = Number(given.dataset.given) + Number(given.dataset.eachSecond) * Math.max(seconds, 0);
    given.textContent = `${Math.min(mg, Number(given.dataset.bag)).toFixed(1).replace(/\.0$/, "")} mg`;
  }
  for (const each of document.querySelectorAll("[data-since]")) {
    each.textContent = minutes((now - Date.parse(each.dataset.since)) / 1000);
  }
};
tick();
setInterval(tick, 1000);
