// Options and texts, read from where the project keeps them: a peer shows the same form, word for word.

import { readFileSync } from "node:fs";

const NAMES = { 5: "very_satisfied", 4: "satisfied", 3: "basically_satisfied", 2: "dissatisfied", 1: "very_dissatisfied" };
const TEXTS = [
  "level_legend", "indicators_legend", "indicators_all", "more", "reason_hint", "comment_label", "comment_hint", "count_of",
  "count_over", "anonymous_label", "who_sees", "contact_legend", "name_label", "phone_label", "submit", "sending", "retry",
  "done_title", "done_text", "done_again", "receipt_label", "lookup_label", "lookup_hint", "lookup_link", "failed_title",
  "failed_network", "failed_busy", "failed_server", "fault_level_missing", "fault_reason_missing", "fault_too_long",
  "about_item", "about_agency", "about_finished",
];

export function ratingData(root) {
  const table = JSON.parse(readFileSync(root + "/sdk/data/indicators.v1.json", "utf8"));
  const source = readFileSync(root + "/sdk/src/messages/zh_hans.rs", "utf8");
  const text = (name) => {
    const found = source.match(new RegExp("^\\s*" + name + ": (\".*\"),$", "m"));
    if (!found) throw new Error("sdk/src/messages/zh_hans.rs has no text " + name);
    return JSON.parse(found[1]);
  };
  return {
    version: table.version,
    levels: table.levels.map(({ value, name }) => ({ value, name: NAMES[value], text: name })),
    options: table.options,
    texts: Object.fromEntries(TEXTS.map((name) => [name, text(name)])),
  };
}
