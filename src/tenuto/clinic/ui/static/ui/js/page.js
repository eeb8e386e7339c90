// What every page gains from scripts. Each part finds its own elements; without scripts the page works all the same.
import { copying } from "./copy.js";
import { dropZones } from "./drop.js";
import { forms } from "./forms.js";
import { keys } from "./keys.js";
import { saved } from "./saved.js";

document.documentElement.classList.add("scripted");
copying(document);
dropZones(document);
forms(document);
keys(document);
saved(document);

// What a small screen keeps folded, so that the next step is near, stands open where there is room.
if (window.matchMedia("(width >= 720px)").matches) {
  for (const folded of document.querySelectorAll("details[data-open-wide]")) folded.open = true;
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

// On a narrow screen the main links scroll sideways; show where one is. Only the row is moved: `scrollIntoView` would also
// move the place from which newer browsers begin with the Tab key, past the link that skips to the content.
const links = document.querySelector(".shell-links");
const current = links?.querySelector('[aria-current="page"]');
if (current) {
  links.scrollLeft = current.offsetLeft - links.offsetLeft - (links.clientWidth - current.offsetWidth) / 2;
}
