// The life of an element, as a table: what each event leads to in each state. An event that is not there changes nothing.
//
//   away     not in the page
//   idle     nothing names a matter, or no collector is known; the page's own link stands
//   asking   the collector is asked for the form; the link stands
//   failed   it did not give one; the link stands
//   open     a form that a person can use, plain or as the app
//   sending  submitted, and nothing known yet
//   waiting  written down or kept in the page, and sent again by itself
//   closed   a notice in the form's place
//   ended    what became of a rating, in the form's place

/** @typedef {"away" | "idle" | "asking" | "failed" | "open" | "sending" | "waiting" | "closed" | "ended"} State */
/** What happens to it: `connect` and `leave` by the page; `named` is another matter, `changed` another look, language or
 *  collector; `form`, `notice`, `unreachable` and `unnamed` end a question; `online` says that asking again may help; the
 *  others are a rating's.
 *  @typedef {"connect" | "leave" | "named" | "changed" | "form" | "notice" | "unreachable" | "unnamed" | "online" |
 *    "submit" | "queued" | "refused" | "ended"} Happening */

/** Wherever it is in the page, it may be taken out, and the page may name another matter.
 *  @type {Partial<Record<Happening, State>>} */
const ANYWHERE = { leave: "away", named: "asking" };
/** What a question ends in. @type {Partial<Record<Happening, State>>} */
const ANSWERS = { form: "open", notice: "closed", ...ANYWHERE };
/** Of a rating on its way nothing is asked: a form that came now would hide it.
 *  @type {Partial<Record<Happening, State>>} */
const ON_ITS_WAY = { queued: "waiting", refused: "open", ended: "ended", ...ANYWHERE };

/** @type {Record<State, Partial<Record<Happening, State>>>} */
export const LIFE = {
  away: { connect: "asking" },
  idle: { changed: "asking", ...ANYWHERE },
  asking: { changed: "asking", unreachable: "failed", unnamed: "idle", ...ANSWERS },
  failed: { changed: "asking", online: "asking", ...ANYWHERE },
  open: { changed: "open", unreachable: "open", submit: "sending", queued: "waiting", ended: "ended", ...ANSWERS },
  sending: ON_ITS_WAY,
  waiting: ON_ITS_WAY,
  closed: { changed: "closed", unreachable: "closed", ...ANSWERS },
  ended: ANYWHERE,
};
