// What every page gains from scripts. Each part finds its own elements; without scripts the page works all the same.
import { copying } from "./copy.js";
import { dropZones } from "./drop.js";
import { forms } from "./forms.js";

document.documentElement.classList.add("scripted");
copying(document);
dropZones(document);
forms(document);

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

// On a narrow screen the main links scroll sideways; show where one is.
document.querySelector('.shell-links [aria-current="page"]')?.scrollIntoView({ inline: "center", block: "nearest" });
