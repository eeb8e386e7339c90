// What the pages of intake gain from scripts: a history that saves itself, and scales one question at a time.
import { selfSaving } from "./autosave.js";
import { oneByOne } from "./one_by_one.js";

for (const form of document.querySelectorAll("form[data-autosave]")) selfSaving(form);
for (const form of document.querySelectorAll("form[data-one-by-one]")) oneByOne(form);
