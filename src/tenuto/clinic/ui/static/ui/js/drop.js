// A form around a file input, marked data-drop: a file dropped on it, or chosen in it, is sent at once.

function carriesFiles(event) {
  return Boolean(event.dataTransfer) && [...event.dataTransfer.types].includes("Files");
}

function prepare(form) {
  const input = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-drop-status]");
  let depth = 0;

  const light = (on) => form.classList.toggle("drop-over", on);
  const send = () => {
    if (!input.files.length) return;
    status.textContent = `Reading ${input.files[0].name}`;
    form.requestSubmit();
  };

  input.addEventListener("change", send);
  form.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    light(true);
  });
  form.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  form.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (!depth) light(false);
  });
  form.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    light(false);
    if (event.dataTransfer.files.length !== 1) {
      status.textContent = "Drop one file at a time.";
      return;
    }
    input.files = event.dataTransfer.files;
    send();
  });
}

export function dropZones(root) {
  for (const form of root.querySelectorAll("form[data-drop]")) prepare(form);
}
