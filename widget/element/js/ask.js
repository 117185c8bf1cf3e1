// Requests. By XMLHttpRequest: it gives a document without an HTML sink, so that Trusted Types have nothing to refuse, and
// browsers of 2019 send JSON by it that they refuse elsewhere.

import { XMLHttpRequest } from "./platform.js";

/** Asks; gives what ends the question.
 *  @param {string} method @param {string} url @param {string | null} type The media type of `body`.
 *  @param {string | null} body @param {"document" | "json"} wanted @param {number} limit How long an answer may take.
 *  @param {(request: XMLHttpRequest) => void} done Status 0 is no answer. Pages replace the request itself: of a document
 *    make sure that it is one. */
export function ask(method, url, type, body, wanted, limit, done) {
  const request = new XMLHttpRequest();
  request.open(method, url);
  request.responseType = wanted;
  request.timeout = limit;
  request.onloadend = () => done(request);
  if (type) request.setRequestHeader("content-type", type);
  request.send(body);
  return () => request.abort();
}
