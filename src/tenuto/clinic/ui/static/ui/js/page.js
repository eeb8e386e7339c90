// What every page gains from scripts. Each part finds its own elements; without scripts the page works all the same.
import { dropZones } from "./drop.js";
import { forms } from "./forms.js";

document.documentElement.classList.add("scripted");
dropZones(document);
forms(document);

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
