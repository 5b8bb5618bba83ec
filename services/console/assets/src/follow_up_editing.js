// The form that is open: what is typed is kept at once as a draft; once finished it waits in the queue.
import { DRAFT, REFUSED, WAITING } from "./follow_up_store.js";

export class Editing {
  #store;
  #form;
  #tell;
  // The entry that is written, the one that it takes the place of, and the one that was handed to the queue.
  #id;
  #replaces;
  #sent;
  #writing = Promise.resolve();
  #dirty = false;
  #closed = false;

  // `tell` is called with what became of what was typed: a state, and since when.
  constructor(store, form, tell) {
    this.#store = store;
    this.#form = form;
    this.#tell = tell;
  }

  get entries() {
    return [this.#id, this.#replaces];
  }

  // Goes on with what this family's form was left with, and gives it; nothing where it begins anew.
  async begin() {
    const found = await this.#left();
    const id = found?.state === DRAFT ? found.id : crypto.randomUUID();
    this.#id = id;
    this.#replaces = found?.id ?? id;
    if (id !== found?.id) await held(id);
    return found;
  }

  touch() {
    if (this.#closed || this.#dirty) return;
    this.#dirty = true;
    this.#tell("typing");
    this.#writing = this.#writing.then(() => this.#writeDraft());
  }

  // Hands the form to the queue: from now on it is not changed any more under its id. Raises what the phone's memory does.
  async finish() {
    await this.#close();
    const content = this.#form.content();
    try {
      await this.#store.put({ id: this.#id, state: WAITING, content }, this.#replaces);
    } catch (error) {
      this.#closed = false;
      throw error;
    }
    this.#sent = this.#id;
  }

  async discard() {
    await this.#close();
    await this.#store.remove(this.#id);
    await this.#store.remove(this.#replaces);
  }

  // What became of what was handed to the queue: { saved: address }, { refused: words }, { waiting: true } or nothing.
  async settled({ entries, saved }) {
    if (!this.#sent) return {};
    const sent = this.#sent;
    const entry = entries.find(({ id }) => id === sent);
    if (!entry) {
      this.#sent = undefined;
      // Another tab sent it where this one does not know the address.
      return { saved: saved.get(sent) ?? `/${this.#form.family}` };
    }
    if (entry.state === WAITING) return { waiting: true };
    await this.#correct(entry.id);
    return { refused: entry.content.wrong };
  }

  // A key belongs to one content: what was refused goes on under another.
  async #correct(refused) {
    this.#sent = undefined;
    this.#replaces = refused;
    this.#id = crypto.randomUUID();
    await held(this.#id);
    this.#closed = false;
  }

  // What is to be corrected comes before drafts, and what another tab has open is that tab's.
  async #left() {
    const entries = await this.#store.all();
    const own = entries.filter(({ content }) => content.family === this.#form.family);
    for (const state of [REFUSED, DRAFT]) {
      for (const entry of own) if (entry.state === state && (await held(entry.id))) return entry;
    }
  }

  async #close() {
    this.#closed = true;
    await this.#writing;
  }

  async #writeDraft() {
    this.#dirty = false;
    if (this.#closed) return;
    try {
      await this.#store.put({ id: this.#id, state: DRAFT, content: this.#form.content() }, this.#replaces);
      if (!this.#dirty) this.#tell("draft", Date.now());
    } catch {
      this.#tell("failed");
    }
  }
}

// Whether the entry is this tab's from now on, for as long as the page is open.
function held(id) {
  return new Promise((resolve) => {
    navigator.locks.request(`havn-entry:${id}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}
