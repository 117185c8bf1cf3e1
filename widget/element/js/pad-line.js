// The line to the collector: events that it sends, and where something between cuts them, questions again and again.

/** Silence for so long is a cut: the collector gives a sign of life every 5 seconds. */
const SILENCE = 13000;
/** After so many lines on which nothing ever came, the pad asks instead, for a while. */
const DEAF = 2;
const ASKS_FOR = 600000;

const later = (millis) => new Promise((done) => setTimeout(done, millis));
const pause = () => later(1000 + Math.random() * 2000);

/** Keeps the line up. `heard(state)` hears what is to be shown, `changed(problem)` that the line is up (""), down ("offline"),
 *  or refused ("other-page", "unpaired"). */
export async function listen(url, version, heard, changed) {
  const page = nameOf(sessionStorage);
  const query = "?page=" + page + "&version=" + version;
  let nDeaf = 0;
  let asksUntil = 0;
  let mark = "";
  const take = (state) => {
    mark = state.mark;
    changed("");
    heard(state);
  };
  for (;;) {
    if (Date.now() < asksUntil) {
      if (!(await ask(url, query + "&mark=" + encodeURIComponent(mark), take, changed))) await pause();
      continue;
    }
    const wasHeard = await follow(url + "/events" + query, take, changed);
    nDeaf = wasHeard ? 0 : nDeaf + 1;
    // Why there are no events: nothing is reached, or the collector says no, or only events do not get through.
    const isReached = await ask(url, query + "&mark=", take, changed);
    if (isReached && nDeaf >= DEAF) asksUntil = Date.now() + ASKS_FOR;
    if (!isReached || !wasHeard) await pause();
  }
}

/** A name of this page that outlives loading it anew, so that it keeps its window. */
function nameOf(storage) {
  const name = storage.getItem("hcp-page") || Math.random().toString(36).slice(2) + Date.now().toString(36);
  storage.setItem("hcp-page", name);
  return name;
}

/** Follows events until they are cut; whether there were any. */
function follow(url, take, changed) {
  return new Promise((done) => {
    const source = new EventSource(url);
    let wasHeard = false;
    let timer;
    const end = () => {
      clearTimeout(timer);
      source.close();
      done(wasHeard);
    };
    const hear = () => {
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE);
    };
    hear();
    source.onerror = end;
    source.addEventListener("beat", () => (hear(), changed("")));
    source.addEventListener("state", (event) => {
      wasHeard = true;
      hear();
      take(JSON.parse(event.data));
    });
  });
}

/** Asks once; whether there was an answer. */
async function ask(url, query, take, changed) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), SILENCE);
  let isReached = false;
  try {
    const response = await fetch(url + "/state" + query, { signal: abort.signal });
    const body = await response.json();
    isReached = response.ok;
    if (isReached) take(body);
    else changed(/^(other-page|unpaired)$/.test(body.code) ? body.code : body.code == "unknown-pad" ? "unpaired" : "offline");
  } catch (error) {
    changed("offline");
  }
  clearTimeout(timer);
  return isReached;
}
