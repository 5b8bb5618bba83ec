// "Take along": the worker keeps the pages that are needed without a network.
const WORKER = "/worker.js";
const BELOW = "/families";
const KEPT = "havn-pages";
const OFFLINE = "/follow-ups/offline";
const FRESH = 86_400_000;

const button = document.getElementById("take-along");
const told = document.getElementById("taken");

// Keeps what the page names in data-take: at once on the form itself, else when the button is pressed.
export async function takeAlong() {
  const place = document.querySelector("[data-take]");
  if (!place || !navigator.serviceWorker) return;
  const pages = place.dataset.take.split(" ");
  if (!button) {
    await take({ pages }).then(() => place.setAttribute("data-taken", ""), () => {});
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => takeAll(pages));
  const state = await taken(pages);
  if (state === "all") tell("done");
  // Once taken along, families that came since come too, and those that went are forgotten.
  if (state === "some" && navigator.onLine) await takeAll(pages);
}

// How much of what was taken along is as it should be: "all", "some", or nothing was ever taken along from here.
async function taken(pages) {
  const cache = await caches.open(KEPT);
  const last = await cache.match(OFFLINE, { ignoreVary: true });
  if (!last || !(await cache.match(pages[0], { ignoreVary: true }))) return "none";
  const kept = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  const same = pages.every((page) => kept.includes(page)) && kept.length === pages.length + 1;
  return same && Date.now() - Date.parse(last.headers.get("date")) < FRESH ? "all" : "some";
}

async function takeAll(pages) {
  button.disabled = true;
  tell("taking");
  try {
    await navigator.storage?.persist?.();
    await take({ pages, only: true });
    tell("done");
  } catch {
    tell("failed");
  } finally {
    button.disabled = false;
  }
}

function tell(name) {
  told.textContent = told.dataset[name];
}

async function take(wanted) {
  await navigator.serviceWorker.register(WORKER, { scope: BELOW });
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  active.postMessage(wanted, [port2]);
  if (!(await answer).taken) throw new Error("not taken along");
}
