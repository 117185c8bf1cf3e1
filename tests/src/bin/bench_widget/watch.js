// Runs before any script of a page, and notes at which frame a person could first do what.
// A function of whether the page has a script that takes the form over.
((hasScript) => {
  if (window !== top) return;
  const found = { chosen: null, sent: null, takenOver: null, tasks: [] };
  new PerformanceObserver((list) => list.getEntries().forEach((task) => found.tasks.push(task.duration))).observe({
    type: "longtask",
    buffered: true,
  });
  const shadow = () => {
    const host = document.querySelector("hao-cha-ping");
    return host && host.shadowRoot;
  };
  const find = (selector) => document.querySelector(selector) || (shadow() && shadow().querySelector(selector));
  /** Whether a click in its middle would reach it. */
  const isReached = (element) => {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) return false;
    const at = [box.x + box.width / 2, box.y + box.height / 2];
    let hit = document.elementFromPoint(...at);
    while (hit && hit.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(...at);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return element.contains(hit);
  };
  const look = () => {
    const isTakenOver = !!(shadow() && shadow().querySelector(".hcp-count")) || performance.getEntriesByName("interactive").length > 0;
    const radio = find("input[type=radio]");
    const button = find("form button.hcp-submit");
    // The hit test makes the browser lay the page out; what that takes a person waits for too.
    if (!found.chosen && radio && isReached(radio.closest("label") || radio)) found.chosen = performance.now();
    // A form with an action is posted by the browser; without one only the script can send it.
    if (!found.sent && button && (isTakenOver || button.form.hasAttribute("action")) && isReached(button)) found.sent = performance.now();
    if (!found.takenOver && isTakenOver) found.takenOver = performance.now();
    return found.chosen && found.sent && (found.takenOver || !hasScript);
  };
  window.benchFound = new Promise((resolve) => {
    // Long tasks are told a moment after they end.
    const finish = () => setTimeout(() => resolve(found), 300);
    const step = () => (look() ? finish() : requestAnimationFrame(step));
    requestAnimationFrame(step);
    setTimeout(() => resolve({ ...found, says: document.body && document.body.innerText.slice(0, 400) }), 25000);
  });
})
