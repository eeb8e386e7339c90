// A button marked data-copy="id" puts what stands in that field on the clipboard, and says so in [data-copied].

export function copying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    const field = root.getElementById(button.dataset.copy);
    const status = root.querySelector("[data-copied]");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        status.textContent = "Copied.";
      } catch {
        // Without a safe connection browsers refuse; the person can still copy what is now selected.
        field.select();
        status.textContent = "Selected. Copy it with Ctrl+C, or press and hold.";
      }
    });
  }
}
