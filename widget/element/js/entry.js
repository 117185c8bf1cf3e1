// A rating that is written down, as both stores keep it. Stores are the page's too: what lies in them is foreign until it is
// checked.

import { parse } from "./platform.js";

/** How long one is kept that cannot be sent: the collector takes none of a link that ended earlier. */
const MAX_AGE_MS = 72 * 3600 * 1000;
/** However far the device's clock jumps between two tries, no more time has been seen to pass. */
const MAX_STEP_MS = 24 * 3600 * 1000;
/** And nothing is given up before it was tried so often. */
const MIN_TRIES = 5;

/** A rating that is written down; `haochaping_yew::outbox::Entry` is the same. `at` is when the person submitted it, `seen`
 *  when it was tried last, both by the device's clock; `spent` is how much time was seen to pass, over `tries` tries.
 *  @typedef {{id: string, ticket: string, body: string, at?: number, seen?: number, spent?: number, tries?: number,
 *    kept?: boolean, words?: string, end?: {outcome: string, body: import("./outbox.js").Answer | null}}} Entry */

/** The object, or the one that a text is the JSON of; nothing where it is none.
 *  @param {any} text @returns {any} */
export function parsed(text) {
  try {
    const value = typeof text == "string" ? parse(text) : text;
    return typeof value == "object" ? value : null;
  } catch (error) {
    return null;
  }
}

/** Whether what was found is one of ours: with an id, and a rating or an end.
 *  @param {any} found @returns {found is Entry} */
export const isEntry = (found) => !!(found && found.id && (found.end ? found.end.outcome : typeof found.body == "string" && parsed(found.body)));

/** Counts a try; whether it was the last.
 *  @param {Entry} entry @param {number} now */
export function isSpent(entry, now) {
  const step = now - (entry.seen || entry.at || now);
  entry.seen = now;
  entry.spent = (entry.spent || 0) + Math.min(Math.max(step, 0), MAX_STEP_MS);
  entry.tries = (entry.tries || 0) + 1;
  return entry.spent > MAX_AGE_MS && entry.tries >= MIN_TRIES;
}
