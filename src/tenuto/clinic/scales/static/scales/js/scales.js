// What the pages of scales gain from scripts: one question at a time.
import { oneByOne } from "./one_by_one.js";

for (const form of document.querySelectorAll("form[data-one-by-one]")) oneByOne(form);
