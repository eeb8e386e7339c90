// What is due counts down, and what runs counts up, between two looks at the server and by its clock.
import { keepSeen, serverNow, setAhead } from "./clock.js";

// The page says what the server's clock was when it was made. One that was kept on this device was made earlier, and goes by
// the difference that was measured last.
const shown = () => document.querySelector("[data-server-now]");
const compare = () => {
  const made = shown()?.dataset.serverNow;
  if (!made) return;
  setAhead(Date.now() - Date.parse(made));
  document.dispatchEvent(new Event("tenuto:compared"));
};
if (!document.querySelector("meta[name=tenuto-kept]")) compare();
document.addEventListener("htmx:after:swap", compare);

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const tick = () => {
  const now = serverNow();
  keepSeen();
  for (const each of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(each.dataset.due) - now) / 1000;
    each.textContent = left >= 0 ? `in ${minutes(left)}` : `${minutes(-left)} late`;
  }
  const given = document.querySelector("[data-given]");
  // What waits to be sent may have turned the pump: what was counted last stands still until the clinic has reckoned it.
  if (given && !document.documentElement.hasAttribute("data-turned")) {
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
