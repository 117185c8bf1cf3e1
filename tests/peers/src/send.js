// What the form sends and how it takes the answer.

import { texts } from "rating-data";

/** What has to be put right before anything is sent, in words. */
export function faultsOf(fields) {
  const level = fields.get("level");
  const comment = fields.get("comment");
  const length = [...comment].length;
  const faults = [];
  if (!level) faults.push(texts.fault_level_missing);
  else if (/dissatisfied$/.test(level) && !fields.has("indicator") && !comment.trim()) faults.push(texts.fault_reason_missing);
  if (length > 500) faults.push(texts.fault_too_long.replace("{max}", 500).replace("{found}", length));
  return faults;
}

/** Sends the rating once; the state that the form is in afterwards. */
export async function send(fields, key) {
  const name = fields.get("contact_name");
  const phone = fields.get("contact_phone");
  const rating = {
    ticket: fields.get("ticket"),
    key,
    level: fields.get("level"),
    indicators: fields.getAll("indicator"),
    indicator_version: fields.get("indicator_version"),
    comment: fields.get("comment").normalize("NFC"),
    anonymous: fields.has("anonymous"),
    contact: name || phone ? { name, phone } : null,
    lang: "zh-Hans",
    via: null,
  };
  const failed = (text) => ({ name: "error", faults: [text] });
  let response;
  try {
    response = await fetch("/api/v1/ratings", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(rating),
    });
  } catch (error) {
    return failed(texts.failed_network);
  }
  if (response.status === 503) return failed(texts.failed_busy);
  const accepted = await response.json().catch(() => null);
  if (!response.ok || !accepted) return failed(texts.failed_server);
  return { name: "done", accepted, isReplay: response.status === 200 };
}
