// Where this sample finds the collector and the portal's back end. Nothing here is secret, and nothing secret may come here:
// a mini-program's code is public.

module.exports = {
  /** The collector's origin, maybe with a path: the one business domain. A real one is https. */
  collector: "http://127.0.0.1:8089",
  /** The portal's back end, which holds the API key; empty in a try-out without one. */
  portal: "",
  /** A try-out without a back end: one ticket, copied from the sample portal. Leave it empty in what you publish. */
  ticket: "",
};
