// What the pages of intake gain from scripts: a history that saves itself.
import { selfSaving } from "./autosave.js";

const savers = [...document.querySelectorAll("form[data-autosave]")].map((form) => ({ form, ...selfSaving(form) }));

// Sending one form leaves the page: what waits in the others is saved first. What can't be saved keeps the page.
for (const { form } of savers) {
  form.addEventListener(
    "submit",
    async (event) => {
      const others = savers.filter((other) => other.form !== form && other.waits());
      if (!others.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      await Promise.all(others.map((other) => other.flush()));
      if (!others.some((other) => other.waits())) form.requestSubmit(event.submitter);
    },
    { capture: true },
  );
}
