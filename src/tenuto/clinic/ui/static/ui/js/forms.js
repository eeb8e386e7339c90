// A file that misses the drop zone must not replace the page. What is wrong with a form takes the focus, and each of its
// lines leads to the field.

export function forms(root) {
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => {
      if (!event.target.closest?.("form[data-drop]")) event.preventDefault();
    });
  }
  (root.querySelector("[data-problems]") ?? root.querySelector("[aria-invalid=true]"))?.focus();
  for (const link of root.querySelectorAll("[data-problems] a")) {
    link.addEventListener("click", (event) => {
      const field = root.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      for (let around = field.closest("details"); around; around = around.parentElement?.closest("details")) {
        around.open = true;
      }
      (field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea") ?? field).focus();
    });
  }
}
