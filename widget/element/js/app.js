// The app in the form's place: mounted over the plain form that a person may be using, and taken back when it dies.

import { copyValues, langOf, read, readFocus } from "./form.js";
import { destroy, mount, watch } from "./glue.js";
import { append, find, remove } from "./platform.js";
import { loaded, report, unload } from "./start.js";

/** @typedef {import("./element.js").HaoChaPing} Host */

/** The elements that have an app, mounted or on its way. @type {Set<Host>} */
const hosts = new Set();

/** One app serves all forms of a page. Once anything fails in it, nothing of it can be trusted any longer.
 *  @param {unknown} error @param {string} code */
function fall(error, code) {
  unload();
  hosts.forEach((host) => host._fail(error, code));
}
watch((error) => fall(error, "died"));

/** Mounts the app beside the form, hidden; it calls `swap` when it is rendered.
 *  @param {Host} host */
export function takeOver(host) {
  const form = host._form;
  if (host._state != "open" || host._isPlain || !form || host._place || langOf(form) != loaded()) return;
  host._waiting = host._composing;
  if (host._composing) return;
  const place = document.createElement("div");
  place.hidden = true;
  host._place = place;
  append(host._box, place);
  hosts.add(host);
  try {
    host._app = mount(place, host, read(form));
  } catch (error) {
    fall(error, "mount");
  }
}

/** The app is rendered: it takes the form's place in one step, with focus, caret and scroll kept.
 *  @param {Host} host */
export function swap(host) {
  const [form, place] = [host._form, host._place];
  if (!form || !place || host._isLive) return;
  const focus = readFocus(form);
  const [subject, known] = [find(place, ".hcp-subject"), find(form, ".hcp-subject")];
  append(subject, ...known.cloneNode(true).childNodes);
  copyValues(form, subject);
  remove(host._slot);
  remove(form);
  place.hidden = false;
  host._isLive = true;
  host._applyTheme();
  const field = focus && find(place, focus.selector);
  if (!focus || !field) return;
  field.focus({ preventScroll: true });
  if (focus.start != null) field.setSelectionRange(focus.start, focus.end);
  field.scrollTop = focus.top;
}

/** The plain form in the app's place again, with whatever the person sees there. A dead app is not destroyed.
 *  @param {Host} host */
export function retreat(host) {
  const [form, place] = [host._form, host._place];
  if (place && form && host._isLive) {
    copyValues(place, form);
    form.hidden = place.hidden;
    append(host._box, form);
  }
  if (place) remove(place);
  forget(host);
}

/** Takes the app out of the page.
 *  @param {Host} host */
export function unmount(host) {
  const [app, place] = [host._app, host._place];
  forget(host);
  if (app) destroy(app);
  if (place) remove(place);
}

/** @param {Host} host */
function forget(host) {
  host._app = host._place = null;
  host._isLive = false;
  hosts.delete(host);
}
