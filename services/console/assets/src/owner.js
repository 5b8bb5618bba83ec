// What a phone keeps of follow-ups belongs to one person: whoever else logs in finds nothing of it, and whoever logs out
// is told what was not sent yet. The server's answer to a logout has the browser forget everything (Clear-Site-Data).
const PREFIX = "havn-follow-ups:";
const user = document.body.dataset.user;

async function databases() {
  const all = (await globalThis.indexedDB?.databases?.()) ?? [];
  return all.map(({ name }) => name).filter((name) => name.startsWith(PREFIX));
}

async function forgetOthers() {
  const others = (await databases()).filter((name) => name !== PREFIX + user);
  if (others.length === 0) return;
  for (const name of others) indexedDB.deleteDatabase(name);
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
}

// How many entries the person's own database holds.
async function unsent() {
  const own = PREFIX + user;
  if (!(await databases()).includes(own)) return 0;
  const database = await done(indexedDB.open(own));
  const count = await done(database.transaction("entries").objectStore("entries").count());
  database.close();
  return count;
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function leave(form) {
  const count = await unsent().catch(() => 0);
  if (count && !confirm(form.dataset.words.replace("{count}", count))) return;
  form.submit();
}

if (user) {
  forgetOthers();
  document.querySelector("form[action='/logout']")?.addEventListener("submit", (event) => {
    event.preventDefault();
    leave(event.target);
  });
}
