// The page for when the clinic can't be reached: which pages were kept here, for who is still signed in.
import "./kept.js";

const kept = self.tenutoKept;
if (kept.available) {
  const pages = await kept.pages();
  const list = document.querySelector("[data-pages]");
  for (const { url, title } of pages) {
    const link = Object.assign(document.createElement("a"), { href: url, textContent: title });
    const row = document.createElement("li");
    row.append(link);
    list.append(row);
  }
  document.querySelector("[data-none]").hidden = pages.length > 0;
}
for (const button of document.querySelectorAll("[data-again]")) {
  button.addEventListener("click", () => location.reload());
}
