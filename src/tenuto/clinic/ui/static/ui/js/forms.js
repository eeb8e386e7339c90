// A file that misses the drop zone must not replace the page, and an error takes the focus to its field.

export function forms(root) {
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => {
      if (!event.target.closest?.("form[data-drop]")) event.preventDefault();
    });
  }
  root.querySelector("[aria-invalid=true]")?.focus();
}
