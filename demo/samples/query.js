// Stands in for a portal's back end, and is the one file here that a real portal must not copy. A real back end knows
// the collector's address from its configuration and the ticket from POST /api/v1/services, and writes both into the page
// it renders. An address that comes with the link would let the link's author choose whose script runs.

const query = new URLSearchParams(location.search);
const asked = query.get("collector") ?? "";

/** The token of the single-use link. */
export const ticket = query.get("ticket") ?? "";

/** The collector's address without a slash at its end; empty for anything but http and https. */
export const collector = /^https?:\/\//.test(asked) ? asked.replace(/\/$/, "") : "";

/** The rating page itself: what the link inside the element leads to while the form is not there. */
export const ratingPage = collector && `${collector}/r/${encodeURIComponent(ticket)}`;
