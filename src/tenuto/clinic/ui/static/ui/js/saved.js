// On every page of who is signed in: the service worker is there before the network is lost, and what still waits on this
// device is said wherever they are.
import "./kept.js";

const kept = self.tenutoKept;

export async function saved(root) {
  const main = root.querySelector("main[data-worker]");
  if (!main || !kept.available) return;
  navigator.serviceWorker?.register(main.dataset.worker).catch(() => {
    // Without it a closed tab can't be opened again without a network; what waits is still there.
  });
  const waiting = (await kept.entries()).filter((each) => each.content && each.page !== location.pathname);
  const note = root.querySelector("[data-still-waiting]");
  if (!note || waiting.length === 0) return;
  note.querySelector("[data-count]").textContent = String(waiting.length);
  note.querySelector("a").href = waiting[0].page;
  // Where there is nothing to say it stands at the end, so that a page begins with its patient.
  main.prepend(note);
  note.hidden = false;
}
