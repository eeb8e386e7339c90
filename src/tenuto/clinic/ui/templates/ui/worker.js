// Answers for the clinic while it can't be reached: style sheets and scripts as they were, and the pages that were kept.
// Nothing about a patient lies here in the clear; see kept.js.
importScripts("{% static 'ui/js/kept.js' %}");

const OFFLINE = "{% url 'ui:offline' %}";
const SIGN_OUT = "{{ sign_out }}";
const STATIC_FILES = "{{ static_files }}";
const ITS_SCRIPT = new URL("{% static 'ui/js/offline.js' %}", self.location);
// The script reads kept.js by the name that it has beside it.
const ITS_FILES = [
  "{% static 'ui/css/tokens.css' %}", "{% static 'ui/css/base.css' %}", "{% static 'ui/css/components.css' %}",
  "{% static 'ui/tenuto.svg' %}", ITS_SCRIPT.href, new URL("kept.js", ITS_SCRIPT).href,
];
const kept = self.tenutoKept;

self.addEventListener("install", (event) => {
  // Asked for as nobody: the page must say the same to everybody.
  const page = new Request(OFFLINE, { credentials: "omit", cache: "reload" });
  event.waitUntil(caches.open(kept.STATIC).then((cache) => cache.addAll([page, ...ITS_FILES])).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const offlinePage = async () => (await caches.match(OFFLINE)) ?? Response.error();

// A kept page, under the policy that every page has.
async function keptPage(url) {
  const found = await kept.page(new URL(url).pathname);
  const plain = await offlinePage();
  if (!found) return plain;
  const headers = new Headers(plain.headers);
  for (const name of ["content-length", "content-encoding"]) headers.delete(name);
  // A page that is shown again must not take the time at which it was made for now.
  const markup = found.markup.replace("<head>", '<head><meta name="tenuto-kept" content="yes">');
  return new Response(markup, { headers });
}

async function visit(request) {
  try {
    return await fetch(request);
  } catch {
    return keptPage(request.url);
  }
}

async function leave(request) {
  try {
    return await fetch(request);
  } catch {
    // Who leaves must be gone from this device, whether or not the clinic hears of it now.
    await kept.forgetKeys();
    const plain = await offlinePage();
    const markup = (await plain.text()).replace("data-left hidden", "data-left");
    return new Response(markup, { headers: plain.headers });
  }
}

async function file(request) {
  const cache = await caches.open(kept.STATIC);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request)) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(visit(request));
  else if (request.mode === "navigate" && url.pathname === SIGN_OUT) event.respondWith(leave(request));
  else if (request.method === "GET" && url.pathname.startsWith(STATIC_FILES)) event.respondWith(file(request));
});
