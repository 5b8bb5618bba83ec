// The form of a follow-up: what is in it, rows for actions, and what is wrong with it.
const UNSENT = ["csrf", "key", "draft-etag", "add-action"];

export class FollowUpForm {
  constructor(element) {
    this.element = element;
    this.family = element.dataset.family;
    this.title = element.dataset.title;
    this.#watchRows();
  }

  values() {
    const all = Object.fromEntries(new FormData(this.element));
    for (const name of UNSENT) delete all[name];
    return all;
  }

  // All of it, as the queue needs it without the page.
  content() {
    return { family: this.family, title: this.title, values: this.values() };
  }

  restore(values) {
    for (const name of Object.keys(values)) {
      const row = name.match(/^action-(\d+)-what$/);
      if (row) while (!this.element.elements[name] && this.#lastRow() < Number(row[1])) this.#addRow();
    }
    for (const field of this.element.elements) {
      if (!field.name || UNSENT.includes(field.name) || field.type === "hidden") continue;
      const value = values[field.name] ?? "";
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
      else field.value = value;
    }
  }

  // The day of a page that comes from the phone's memory is the day when it was taken along.
  useToday() {
    const field = this.element.elements["visit-date"];
    const now = new Date();
    const today = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
    if (field.value === this.element.dataset.today && today > field.value) field.value = today;
  }

  // Marks fields by their names with words of the server, and tells in front of the form what happened.
  showWrong({ title, advice, fields }) {
    this.clearWrong();
    for (const [name, words] of Object.entries(fields)) this.#mark(name, words);
    const alert = document.getElementById("wrong-template").content.cloneNode(true);
    alert.querySelector(".alert-heading").textContent = title;
    alert.querySelector(".alert-text").textContent = [advice, fields[""]].filter(Boolean).join(" ");
    const place = document.getElementById("wrong");
    place.replaceChildren(alert);
    const first = this.element.querySelector("[aria-invalid]");
    (first ?? place).focus();
  }

  clearWrong() {
    document.getElementById("wrong").replaceChildren();
    for (const message of this.element.querySelectorAll(".form-error-message")) message.remove();
    for (const group of this.element.querySelectorAll(".form-error")) group.classList.remove("form-error");
    for (const field of this.element.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      describe(field, (id) => !id.endsWith("-error"));
    }
  }

  #mark(name, words) {
    const found = this.element.elements[name];
    const field = found instanceof RadioNodeList ? found[0] : found;
    const group = field?.closest(".form-group");
    if (!group) return;
    const message = document.getElementById("message-template").content.firstElementChild.cloneNode(true);
    message.id = `${name}-error`;
    message.append(words);
    group.classList.add("form-error");
    const described = group.querySelector("fieldset") ?? field;
    (group.querySelector("legend") ?? group.querySelector("label")).after(message);
    field.setAttribute("aria-invalid", "true");
    describe(described, () => true, message.id);
  }

  #watchRows() {
    this.element.querySelector("[name='add-action']").addEventListener("click", (event) => {
      event.preventDefault();
      this.#addRow();
      this.element.elements[`action-${this.#lastRow()}-what`].focus();
    });
  }

  #lastRow() {
    const rows = [...this.element.querySelectorAll("[data-action]")];
    return Math.max(0, ...rows.map((row) => Number(row.dataset.action)));
  }

  #addRow() {
    const number = this.#lastRow() + 1;
    const row = document.getElementById("action-template").content.firstElementChild.cloneNode(true);
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of element.attributes) attribute.value = attribute.value.replace("NUMBER", number);
    }
    for (const place of row.querySelectorAll("[data-number]")) place.textContent = number;
    document.getElementById("actions").append(row);
  }
}

function describe(element, keep, added = "") {
  const ids = (element.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && keep(id));
  if (added) ids.push(added);
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
}

function two(number) {
  return String(number).padStart(2, "0");
}
