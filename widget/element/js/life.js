// The life of an element, as a table: what each event leads to in each state. An event that is not there changes nothing.
//
//   away     not in the page
//   asking   the collector is asked for the form; the page's own link stands
//   open     a form that a person can use, plain or as the app
//   sending  submitted, and nothing known yet
//   waiting  written down or kept in the page, and sent again by itself
//   closed   an end or a notice in the form's place

/** @typedef {"away" | "asking" | "open" | "sending" | "waiting" | "closed"} State */
/** @typedef {"connect" | "leave" | "form" | "notice" | "submit" | "queued" | "refused" | "ended"} Happening */

/** A form or a notice of the collector takes the place of whatever stands there: the page may name another link at any time.
 *  @type {Partial<Record<Happening, State>>} */
const ANSWERS = { form: "open", notice: "closed", leave: "away" };

/** @type {Record<State, Partial<Record<Happening, State>>>} */
export const LIFE = {
  away: { connect: "asking" },
  asking: ANSWERS,
  open: Object.assign({ submit: "sending", queued: "waiting", ended: "closed" }, ANSWERS),
  sending: Object.assign({ queued: "waiting", refused: "open", ended: "closed" }, ANSWERS),
  waiting: Object.assign({ queued: "waiting", refused: "open", ended: "closed" }, ANSWERS),
  closed: ANSWERS,
};
