// What a phone keeps of follow-ups: drafts, and finished ones that wait or must be corrected. Each person has a database
// of their own, and each entry is encrypted with a key that no script can read out.
import { openDB } from "idb";

export const PREFIX = "havn-follow-ups:";
const ENTRIES = "entries";
const KEYS = "keys";
const DAY = 86_400_000;

// States of an entry. What waits is never changed any more: under its id it was perhaps saved already.
export const DRAFT = "draft";
export const WAITING = "waiting";
export const REFUSED = "refused";

export function usable() {
  return Boolean(globalThis.indexedDB && globalThis.crypto?.subtle && navigator.locks);
}

export async function openStore(user) {
  const database = await openDB(PREFIX + user, 1, {
    upgrade(created) {
      created.createObjectStore(ENTRIES, { keyPath: "id" });
      created.createObjectStore(KEYS);
    },
    // Whoever logs out or in as somebody else deletes the database: nothing may hold it open.
    blocking: (_from, _to, event) => event.target.close(),
  });
  return new Store(database, await ownKey(database));
}

async function ownKey(database) {
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const change = database.transaction(KEYS, "readwrite", { durability: "strict" });
  const kept = await change.store.get("own");
  if (!kept) await change.store.put(made, "own");
  await change.done;
  return kept ?? made;
}

class Store {
  #database;
  #key;

  constructor(database, key) {
    this.#database = database;
    this.#key = key;
  }

  // All that can be read, oldest first: { id, state, time, content }.
  async all() {
    const records = await this.#database.getAll(ENTRIES);
    const opened = await Promise.all(records.map((record) => this.#opened(record).catch(() => null)));
    return opened.filter(Boolean).sort((one, other) => one.time - other.time);
  }

  // Keeps an entry, in place of the one with the id `instead`. What is finished is on the disk before this returns.
  async put({ id, state, content }, instead = id) {
    const record = await this.#sealed(id, state, content);
    const change = this.#database.transaction(ENTRIES, "readwrite", {
      durability: state === DRAFT ? "relaxed" : "strict",
    });
    if (instead !== id) await change.store.delete(instead);
    await change.store.put(record);
    await change.done;
  }

  async remove(id) {
    await this.#database.delete(ENTRIES, id);
  }

  async forgetOlderThan(days) {
    const change = this.#database.transaction(ENTRIES, "readwrite");
    for (const { id, time } of await change.store.getAll()) {
      if (Date.now() - time > days * DAY) await change.store.delete(id);
    }
    await change.done;
  }

  async #sealed(id, state, content) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(content));
    return { id, state, time: Date.now(), iv, sealed: await crypto.subtle.encrypt(cipher(id, iv), this.#key, plain) };
  }

  async #opened({ id, state, time, iv, sealed }) {
    const plain = await crypto.subtle.decrypt(cipher(id, iv), this.#key, sealed);
    return { id, state, time, content: JSON.parse(new TextDecoder().decode(plain)) };
  }
}

// An entry's content fits its own id alone.
function cipher(id, iv) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) };
}
