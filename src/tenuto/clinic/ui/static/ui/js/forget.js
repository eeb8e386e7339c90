// Nobody is signed in: the keys of what was kept here are forgotten, and it is said whose entries still wait.
import "./kept.js";

const kept = self.tenutoKept;
if (kept.available) {
  await kept.forgetKeys();
  const labels = new Set((await kept.entries()).map((each) => each.label));
  const note = document.querySelector("[data-waiting]");
  if (labels.size && note) {
    note.querySelector("[data-who]").textContent = [...labels].join(", ");
    note.hidden = false;
  }
}
