// Serves the pages that were taken along, and what they are made of, when there is no network.
import { clientsClaim } from "workbox-core";
import { registerRoute, setCatchHandler } from "workbox-routing";
import { CacheFirst, NetworkFirst } from "workbox-strategies";

const PAGES = "havn-pages";
const FILES = "havn-files";
const OFFLINE = "/follow-ups/offline";
const NETWORK_SECONDS = 4;
const AT_A_TIME = 6;
const DAY = 86_400_000;
const MATCH = { ignoreSearch: true, ignoreVary: true };

// Put in when the console is built: what its pages are made of.
const files = __FILES__;

// Pages that were taken along are renewed whenever they are seen, others are not kept; none is shown after its days.
const kept = {
  cacheWillUpdate: async ({ request, response }) => {
    const known = await caches.match(request, { cacheName: PAGES, ...MATCH });
    return known && response.status === 200 ? response : null;
  },
  cachedResponseWillBeUsed: async ({ request, cachedResponse }) => {
    if (!cachedResponse || !isOld(cachedResponse)) return cachedResponse;
    await (await caches.open(PAGES)).delete(request, MATCH);
    return null;
  },
};

function isOld(response) {
  const days = Number(response.headers.get("x-keep-days"));
  return Date.now() - Date.parse(response.headers.get("date")) > days * DAY;
}

async function take({ pages, only }) {
  const cache = await caches.open(PAGES);
  const wanted = !only && (await cache.match(OFFLINE, MATCH)) ? pages : [...pages, OFFLINE];
  const queue = [...wanted];
  await Promise.all(Array.from({ length: AT_A_TIME }, () => takeFrom(queue, cache)));
  if (only) await forgetOthers(cache, wanted);
}

async function takeFrom(queue, cache) {
  for (let page = queue.pop(); page; page = queue.pop()) {
    const response = await fetch(page, { cache: "no-store", redirect: "error" });
    if (!response.ok) throw new Error(`${page} can't be taken along`);
    await cache.put(page, response);
  }
}

async function forgetOthers(cache, wanted) {
  for (const { url } of await cache.keys()) {
    if (!wanted.includes(new URL(url).pathname)) await cache.delete(url);
  }
}

// Pages of an earlier version ask for its files: those go once all pages are of this one.
async function renew() {
  const cache = await caches.open(PAGES);
  await take({ pages: (await cache.keys()).map(({ url }) => new URL(url).pathname).filter((page) => page !== OFFLINE) });
  await forgetOthers(await caches.open(FILES), files);
}

addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(files)));
});

addEventListener("activate", (event) => {
  event.waitUntil(renew().catch(() => {}));
});

addEventListener("message", (event) => {
  const done = take(event.data).then(
    () => ({ taken: true }),
    () => ({ taken: false }),
  );
  event.waitUntil(done.then((answer) => event.ports[0].postMessage(answer)));
});

clientsClaim();
registerRoute(({ url }) => url.pathname.startsWith("/assets/"), new CacheFirst({ cacheName: FILES, matchOptions: MATCH }));
registerRoute(
  ({ request }) => request.mode === "navigate",
  new NetworkFirst({ cacheName: PAGES, matchOptions: MATCH, networkTimeoutSeconds: NETWORK_SECONDS, plugins: [kept] }),
);
setCatchHandler(async ({ request }) =>
  request.mode === "navigate" ? ((await caches.match(OFFLINE, { cacheName: PAGES })) ?? Response.error()) : Response.error(),
);
