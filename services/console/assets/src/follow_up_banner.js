// What each page below /families says of the queue, in words that the page brings along.
import { REFUSED, WAITING } from "./follow_up_store.js";

const banner = document.getElementById("waiting");

// `open` are the entries on the page itself: what is wrong with them is told there.
export function showQueue({ entries, outcome, saved }, open = []) {
  const waiting = entries.filter(({ state }) => state === WAITING);
  const refused = entries.filter(({ state, id }) => state === REFUSED && !open.includes(id));
  const lines = [waitingLine(waiting.length, outcome), ...refused.map(refusedLine), sentLine(saved.size)].filter(Boolean);
  if (lines.length || banner.childElementCount) banner.replaceChildren(...lines);
  banner.hidden = lines.length === 0;
}

export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
}

function waitingLine(count, outcome) {
  if (!count) return undefined;
  if (outcome !== "login") return line(counted("waiting", count));
  return line(counted("login", count), banner.dataset.loginLink, `/login?back=${encodeURIComponent(location.pathname)}`);
}

function refusedLine({ content }) {
  const words = fill(banner.dataset.refused, { family: content.title });
  return line(words, banner.dataset.refusedLink, `/${content.family}/follow-up`);
}

function sentLine(count) {
  return count ? line(counted("sent", count)) : undefined;
}

function counted(name, count) {
  return fill(banner.dataset[count === 1 ? `${name}One` : `${name}Many`], { count });
}

function line(words, linkWords, address) {
  const element = document.createElement("p");
  element.textContent = words;
  if (address) {
    const link = document.createElement("a");
    link.textContent = linkWords;
    link.href = address;
    element.append(" ", link);
  }
  return element;
}
