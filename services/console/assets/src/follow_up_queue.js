// Sends what waits, oldest first, until the server says of each by its key that it is saved, or what is wrong with it.
import { REFUSED, WAITING } from "./follow_up_store.js";

const EVERY = 30_000;
const PATIENCE = 20_000;
const TO_CORRECT = [403, 404, 409, 413, 422];

export class Queue {
  #store;
  #user;
  #tell;
  #sending = false;
  #again = false;

  // `tell` is called with what is left and how the last attempt ended, `saved` being addresses by keys:
  // { entries, outcome: "sent" | "away" | "login", saved }.
  constructor(store, user, tell) {
    this.#store = store;
    this.#user = user;
    this.#tell = tell;
  }

  start() {
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.send());
    setInterval(() => this.send(), EVERY);
    return this.send();
  }

  async send() {
    this.#again = true;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#again) {
        this.#again = false;
        // Of all tabs one sends at a time.
        await navigator.locks.request("havn-sending", () => this.#sendAll());
      }
    } finally {
      this.#sending = false;
    }
  }

  async #sendAll() {
    const saved = new Map();
    let outcome = "sent";
    for (const entry of (await this.#store.all()).filter(({ state }) => state === WAITING)) {
      const answer = await this.#sendOne(entry);
      if (answer.outcome === "sent") {
        saved.set(entry.id, answer.address);
      } else if (answer.outcome !== "refused") {
        outcome = answer.outcome;
        if (outcome === "login") break;
      }
    }
    this.#tell({ entries: await this.#store.all(), outcome, saved });
  }

  async #sendOne({ id, content }) {
    try {
      const csrf = await ownToken(this.#user);
      if (!csrf) return { outcome: "login" };
      const answer = await post(id, content, csrf);
      if (answer.outcome === "sent") await this.#store.remove(id);
      if (answer.outcome === "refused") {
        await this.#store.put({ id, state: REFUSED, content: { ...content, ...answer.told } });
      }
      return answer;
    } catch (error) {
      if (error instanceof TypeError || error.name === "TimeoutError" || error.name === "AbortError") {
        return { outcome: "away" };
      }
      throw error;
    }
  }
}

// What a form must carry now; nothing unless the one whose queue this is is logged in. A form may be older than the login.
async function ownToken(user) {
  const response = await fetch("/follow-ups/session", { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
  if (response.status >= 500) throw new TypeError("away");
  const session = response.ok && isJson(response) ? await response.json() : {};
  return session.user === user ? session.csrf : "";
}

async function post(id, { family, values }, csrf) {
  const response = await fetch(`/${family}/follow-up`, {
    method: "POST",
    headers: { accept: "application/json", "x-csrf": csrf },
    body: new URLSearchParams({ ...values, key: id }),
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  // Whatever else stands between, such as the page of a hotel's network, does not know the key.
  const told = isJson(response) ? await response.json() : {};
  if (told.key !== id) return { outcome: response.type === "opaqueredirect" ? "login" : "away" };
  if (response.ok || told.reason === "REQUEST_ID_REUSED") return { outcome: "sent", address: told.address };
  if (TO_CORRECT.includes(response.status)) return { outcome: "refused", told: { wrong: told } };
  return { outcome: response.status === 401 ? "login" : "away" };
}

function isJson(response) {
  return (response.headers.get("content-type") ?? "").startsWith("application/json");
}
