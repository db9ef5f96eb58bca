// @ts-nocheck: it asks for what browsers may have and workers should not, by any name
// Every way out of a worker that its code could try: to this site, to another host, to the page and
// to its storage. Gives what came of each; "shut" is as it should be.
async ([home, other]) => {
  const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const opened = (it) =>
    new Promise((resolve, reject) => {
      it.onopen = it.onmessage = it.onsuccess = () => resolve("OPEN");
      it.onerror = reject;
    });
  const request = (method) => {
    const sent = new XMLHttpRequest();
    sent.open(method, `${home}door-xhr`, false);
    sent.send();
  };
  const fetching = (door) =>
    `fetch("${home}${door}", { mode: "no-cors" }).then(() => postMessage(1), (e) => setTimeout(() => {
      throw e;
    }));`;
  const attempts = {
    "the frame": () => postMessage("OPEN"),
    "synchronous request": () => request("GET"),
    "synchronous request to write": () => request("POST"),
    "WebTransport": () => new WebTransport("https://127.0.0.1:1/door").ready,
    "sendBeacon": () => navigator.sendBeacon(`${home}door-beacon`, "x"),
    "fetchLater": () => fetchLater(`${home}door-later`),
    "import of a blob": () => import(blob("export default 1")),
    "import of data": () => import("data:text/javascript,export default 1"),
    "importScripts of a blob": () => importScripts(blob("self.imported = 1")),
    "worker of a blob": () => opened(new Worker(blob(fetching("door-nested")))),
    "worker of data": () => opened(new Worker(`data:text/javascript,${fetching("door-data")}`)),
    "SharedWorker": () => opened(new SharedWorker(`${home}door-shared.js`).port),
    "Cache Storage": () => caches.open("python-image"),
    "Cache Storage's names": () => caches.keys(),
    "IndexedDB": () => opened(indexedDB.open("door")),
    "IndexedDB's names": () => indexedDB.databases(),
    "files of the origin": () => navigator.storage.getDirectory(),
    "locks": () => navigator.locks.request("door", () => "OPEN"),
    "localStorage": () => localStorage.setItem("door", "OPEN"),
    "cookies": () => cookieStore.set("door", "OPEN"),
    "document": () => document.cookie,
    "parent": () => parent.location.href,
    "top": () => (top.location.href = `${home}door-top`),
    "window.open": () => open(`${home}door-window`),
    "a page's clients": () => clients.matchAll(),
    "service worker": () => navigator.serviceWorker.register(`${home}service-worker.js`),
    "its messages": () => navigator.serviceWorker.controller.postMessage("door"),
    "its registrations": async () => {
      if ((await navigator.serviceWorker.getRegistrations()).length === 0) throw new Error("none");
    },
    "location": () => location.assign(`${home}door-location`),
    "peers": () => new RTCPeerConnection(),
    "notifications": () => {
      new Notification("door");
      if (Notification.permission !== "granted") throw new Error("not granted");
    },
  };
  for (const [where, host] of Object.entries({ home, other })) {
    const socket = host.replace("http", "ws");
    attempts[`fetch ${where}`] = () => fetch(`${host}door-fetch`);
    attempts[`fetch ${where}, unread`] = () => fetch(`${host}door-unread`, { mode: "no-cors" });
    attempts[`fetch ${where}, kept alive`] = () => fetch(`${host}door-alive`, { keepalive: true });
    attempts[`WebSocket ${where}`] = () => opened(new WebSocket(`${socket}door-socket`));
    attempts[`WebSocketStream ${where}`] = () => new WebSocketStream(`${socket}door-s`).opened;
    attempts[`EventSource ${where}`] = () => opened(new EventSource(`${host}door-events`));
    attempts[`import ${where}`] = () => import(`${host}assets/generated/playground.js`);
    attempts[`importScripts ${where}`] = () => importScripts(`${host}door-scripts.js`);
    attempts[`worker ${where}`] = () => opened(new Worker(`${host}door-worker.js`));
    attempts[`module worker ${where}`] = () =>
      opened(new Worker(`${host}assets/generated/playground.js`, { type: "module" }));
    attempts[`font ${where}`] = () => new FontFace("f", `url(${host}door-font)`).load();
  }
  new BroadcastChannel("door").postMessage("OPEN");
  const outcomes = await Promise.all(
    Object.entries(attempts).map(async ([name, attempt]) => {
      try {
        return [name, `OPEN: ${await attempt()}`];
      } catch {
        return [name, "shut"];
      }
    }),
  );
  return Object.fromEntries([...outcomes, ["origin", self.origin]]);
}
