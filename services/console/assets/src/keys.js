// Keys: "/" goes to the search field, J and K to the next and the last row. Each has a visible control too.
const FIELDS = "input, textarea, select, [contenteditable]";

// A button that moves along the rows takes the focus itself.
let last;
document.addEventListener("focusin", (event) => {
  last = event.target.closest("[data-row]") ?? last;
});

function move(by) {
  const all = [...document.querySelectorAll("[data-row]")];
  if (all.length === 0) return;
  const now = all.indexOf(last);
  const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
  (next.querySelector("a[href]") ?? next).focus();
}

const KEYS = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  j: () => move(1),
  k: () => move(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(FIELDS)) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

// The visible controls of the same.
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) KEYS[key]();
});
