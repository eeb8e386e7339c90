// What the pages of intake gain from scripts: a history that saves itself.
import { selfSaving } from "./autosave.js";

for (const form of document.querySelectorAll("form[data-autosave]")) selfSaving(form);
