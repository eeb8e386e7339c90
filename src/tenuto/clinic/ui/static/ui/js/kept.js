// What this browser keeps while the clinic can't be reached: entries that wait to be sent, and pages to go on with. All of
// it is encrypted with a key that the server gives to who is signed in. The key is forgotten when the sign-in ends; what was
// kept stays, and the same person opens it by signing in again (docs/adr/0031-charting-without-a-network.md).
//
// Read as a module by pages and as a plain script by the service worker: it exports nothing, and sets `tenutoKept`.
(() => {
  const DATABASE = "tenuto-kept";
  const STORES = { keys: "name", entries: "order", pages: "url" };
  const STATIC = "tenuto-static";

  const available = Boolean(self.isSecureContext && self.indexedDB && self.crypto?.subtle);

  let opened;
  function database() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => {
        for (const [store, keyPath] of Object.entries(STORES)) {
          asked.result.createObjectStore(store, { keyPath, autoIncrement: store === "entries" });
        }
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    return opened;
  }

  // One step in one store, kept when the browser says that it is on the disk.
  async function step(store, mode, act) {
    const transaction = (await database()).transaction(store, mode, { durability: "strict" });
    const asked = act(transaction.objectStore(store));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  const all = (store) => step(store, "readonly", (rows) => rows.getAll());
  const put = (store, row) => step(store, "readwrite", (rows) => rows.put(row));
  const remove = (store, key) => step(store, "readwrite", (rows) => rows.delete(key));

  // Keys ------------------------------------------------------------------------------------------------------------

  async function takeKey({ name, secret }, about) {
    const raw = Uint8Array.from(atob(secret), (each) => each.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    await put("keys", { name, key, ...about });
  }

  // By how much this clock is ahead of the clinic's, for as long as the key is held.
  async function setAhead(held, ahead) {
    const rows = (await all("keys")).filter((each) => each.owner === held.owner && each.of === held.of);
    await Promise.all(rows.map((each) => put("keys", { ...each, ahead })));
  }

  async function heldKeys() {
    const held = await all("keys");
    const over = held.filter((each) => each.until <= Date.now());
    await Promise.all(over.map((each) => remove("keys", each.name)));
    return held.filter((each) => !over.includes(each));
  }

  async function forgetKeys() {
    await step("keys", "readwrite", (rows) => rows.clear());
  }

  const bytes = (text) => new TextEncoder().encode(text);
  // What is kept for one person and subject opens as nothing else.
  const bound = ({ owner, of, name }) => bytes(JSON.stringify([owner, of, name]));

  async function lock(held, row, content) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const options = { name: "AES-GCM", iv, additionalData: bound(row) };
    const data = await crypto.subtle.encrypt(options, held.key, bytes(JSON.stringify(content)));
    return { ...row, key: held.name, iv, data };
  }

  async function open(row, keys) {
    const held = keys.find((each) => each.name === row.key);
    if (!held) return null;
    const options = { name: "AES-GCM", iv: row.iv, additionalData: bound(row) };
    try {
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(options, held.key, row.data)));
    } catch {
      return null;
    }
  }

  // Entries ---------------------------------------------------------------------------------------------------------

  // `of` is what the entry is about, `page` where it is sent from, `name` the client's id of it; `label` says whose it is to
  // whoever can't open it.
  async function keep(held, { owner, label, of, page, name, order }, content) {
    const row = { owner, label, of, page, name, ...(order === undefined ? {} : { order }) };
    return put("entries", await lock(held, row, content));
  }

  // All that waits, in the order in which it was kept; `content` is null where the key is not held.
  async function entries(of) {
    const [keys, rows] = [await heldKeys(), await all("entries")];
    const wanted = rows.filter((row) => of === undefined || row.of === of);
    return Promise.all(wanted.map(async (row) => ({ ...row, content: await open(row, keys) })));
  }

  const drop = (order) => remove("entries", order);

  // Pages -----------------------------------------------------------------------------------------------------------

  async function keepPage(held, { owner, url, title }, markup) {
    await put("pages", { url, at: Date.now(), ...(await lock(held, { owner, of: url, name: "page" }, { title, markup })) });
  }

  async function page(url) {
    const row = (await all("pages")).find((each) => each.url === url);
    const content = row && (await open(row, await heldKeys()));
    return content ? { ...content, url, at: row.at } : null;
  }

  async function pages() {
    const [keys, rows] = [await heldKeys(), await all("pages")];
    const opened = await Promise.all(rows.map(async (row) => ({ url: row.url, at: row.at, content: await open(row, keys) })));
    return opened.filter((each) => each.content).map((each) => ({ url: each.url, at: each.at, title: each.content.title }));
  }

  // A page that nobody can open is of no use to anybody; an entry that nobody can open still is its owner's.
  async function forgetPages(before) {
    for (const row of await all("pages")) if (row.at < before) await remove("pages", row.url);
  }

  self.tenutoKept = {
    STATIC, available, takeKey, setAhead, heldKeys, forgetKeys, keep, entries, drop, keepPage, page, pages, forgetPages,
  };
})();
