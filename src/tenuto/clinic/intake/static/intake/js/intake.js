// What the pages of intake gain from scripts: a history that saves itself.
import { selfSaving } from "./autosave.js";

const savers = [...document.querySelectorAll("form[data-autosave]")].map((form) => ({ form, ...selfSaving(form) }));

// Sending one form leaves the page: what waits, in this one and in the others, is saved first, in the order in which it was
// answered. What can't be saved keeps the page.
for (const { form } of savers) {
  form.addEventListener(
    "submit",
    async (event) => {
      const waiting = savers.filter((saver) => saver.waits());
      if (!waiting.length) return;
      const submitter = event.submitter;
      event.preventDefault();
      event.stopImmediatePropagation();
      await Promise.all(waiting.map((saver) => saver.flush()));
      if (!savers.some((saver) => saver.waits())) form.requestSubmit(submitter);
    },
    { capture: true },
  );
}
