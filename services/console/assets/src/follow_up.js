// Follow-ups without a network. Each page below /families shows and sends what waits; on the form itself what is typed is
// kept at once, and what is finished waits on the phone until the server has it. Where a browser can't, the form is plain.
import { fill, showQueue } from "./follow_up_banner.js";
import { Editing } from "./follow_up_editing.js";
import { FollowUpForm } from "./follow_up_form.js";
import { Queue } from "./follow_up_queue.js";
import { openStore, usable } from "./follow_up_store.js";
import { takeAlong } from "./taking.js";

const user = document.body.dataset.user;
const element = document.getElementById("follow-up");
const state = document.getElementById("saved");

function tell(name, time = Date.now()) {
  state.dataset.state = name;
  // While somebody types, what was said last stays: it is kept again in no time.
  if (name === "typing") return;
  const moment = new Date(time);
  const clock = [moment.getHours(), moment.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
  const words = fill(state.dataset[name], { time: clock });
  if (state.textContent !== words) state.textContent = words;
}

async function open(store, queue) {
  const form = new FollowUpForm(element);
  const editing = new Editing(store, form, tell);
  const left = await editing.begin();
  // What the server just refused, sent without this script, is newer than any draft.
  if (left && element.dataset.refused !== "yes") goOn(form, left);
  else form.useToday();
  element.addEventListener("input", () => editing.touch());
  element.addEventListener("submit", async (event) => {
    // A draft goes to the server as it is, which needs no queue.
    if (event.submitter?.name === "keep-draft") return;
    event.preventDefault();
    await finish(editing, queue);
  });
  document.getElementById("discard").addEventListener("click", (event) => discard(event.currentTarget, editing));
  // A page that comes back from the browser's memory would go on under a key that is used.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  element.dataset.ready = "yes";
  return { form, editing };
}

function goOn(form, { time, content }) {
  form.restore(content.values);
  tell("draft", time);
  document.getElementById("discard").hidden = false;
  if (content.wrong) form.showWrong(content.wrong);
}

async function finish(editing, queue) {
  try {
    await editing.finish();
  } catch {
    // The phone keeps nothing more: the server shall have it, as without a script.
    element.elements.key.value = crypto.randomUUID();
    element.submit();
    return;
  }
  tell("waiting");
  await queue.send();
}

async function discard(button, editing) {
  if (!confirm(button.dataset.words)) return;
  await editing.discard();
  location.reload();
}

async function settle({ form, editing }, news) {
  const { saved, refused, waiting } = await editing.settled(news);
  if (saved) location.assign(saved);
  if (refused) {
    showForm(true);
    form.showWrong(refused);
    tell("refused");
  }
  if (waiting) showForm(false);
}

function showForm(shown) {
  const queued = document.getElementById("queued");
  if (queued.hidden === shown) return;
  element.hidden = !shown;
  queued.hidden = shown;
  if (!shown) queued.querySelector("h2").focus();
}

async function start() {
  const store = await openStore(user);
  await store.forgetOlderThan(Number(document.getElementById("waiting").dataset.days));
  let opened;
  const queue = new Queue(store, user, async (news) => {
    if (opened) await settle(opened, news);
    showQueue(news, opened?.editing.entries);
  });
  if (element) opened = await open(store, queue);
  await Promise.all([queue.start(), takeAlong()]);
}

if (user && usable()) start();
