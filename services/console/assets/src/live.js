// Tells the page what changed. An element with data-live="vacancies" gets the event "live" when vacancies changed; the
// element #live says whether the page hears of changes, in words that the page brings along.
const FIRST_RETRY = 500;
const MOST_RETRY = 5_000;

const state = document.getElementById("live");
let source;
let retry = FIRST_RETRY;
let timer;

function topics() {
  return [...new Set([...document.querySelectorAll("[data-live]")].map((element) => element.dataset.live))].sort();
}

function show(live) {
  if (!state) return;
  state.dataset.state = live ? "live" : "away";
  const words = live ? state.dataset.wordsLive : state.dataset.wordsAway;
  if (state.textContent !== words) state.textContent = words;
}

function tell(topic) {
  for (const element of document.querySelectorAll(`[data-live="${topic}"]`)) {
    element.dispatchEvent(new CustomEvent("live"));
  }
}

// A source gives up for good when it is refused, such as at its first connection: then a new one is made.
function connect() {
  clearTimeout(timer);
  source?.close();
  const wanted = topics();
  if (wanted.length === 0) return;
  source = new EventSource(`/live?${wanted.map((topic) => `topic=${encodeURIComponent(topic)}`).join("&")}`);
  for (const topic of wanted) source.addEventListener(topic, () => tell(topic));
  // The session is over: loaded anew, the page becomes the login.
  source.addEventListener("over", () => location.reload());
  source.addEventListener("open", () => {
    // What changed while nobody listened is fetched now: each stream begins with a word on every topic.
    retry = FIRST_RETRY;
    show(true);
  });
  source.addEventListener("error", () => {
    show(false);
    source.close();
    timer = setTimeout(connect, retry);
    retry = Math.min(retry * 2, MOST_RETRY);
  });
}

addEventListener("online", connect);
addEventListener("pageshow", (event) => event.persisted && connect());
connect();
