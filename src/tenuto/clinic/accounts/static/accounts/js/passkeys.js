// Connects our forms with the passkey functions of django-allauth, and says in the page when the browser refuses.
const starts = { add: "addForm", use: "authenticateForm", login: "loginForm" };

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const kind = form.dataset.passkey;
  const ids = {
    [{ add: "add", use: "authenticate", login: "login" }[kind]]: form.querySelector("button").id,
    credential: form.querySelector("[name=credential]").id,
  };
  if (kind === "add") ids.passwordless = form.querySelector("[name=passwordless]").id;
  if (kind !== "login") ids.data = "js_data";
  window.allauth.webauthn.forms[starts[kind]]({ ids });
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const note of document.querySelectorAll("[data-passkey-problem]")) note.hidden = false;
});
