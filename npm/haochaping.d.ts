/** The rating form of 政务服务“好差评”. Properties mirror the attributes of the same name. */
export interface HaoChaPingElement extends HTMLElement {
  /** The token of a single-use rating link. */
  ticket: string;
  /** The collector's address; by default that of the script. */
  collector: string;
  /** A BCP 47 tag; by default the page's. */
  lang: string;
  mode: "" | "inline" | "elder" | "pad";
  theme: "" | "light" | "dark" | "auto";
  autofocus: boolean;
}

export interface HaoChaPingEvents {
  /** The form can be used. */
  "hcp-ready": CustomEvent<Record<string, never>>;
  /** The collector has the rating. */
  "hcp-rated": CustomEvent<{ receipt: string; outcome: "accepted" | "replayed" | "queued" }>;
  /** The service was rated before. */
  "hcp-already-rated": CustomEvent<Record<string, never>>;
  /** Something the person has learned did not go well. */
  "hcp-error": CustomEvent<{ code: string }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "hao-cha-ping": HaoChaPingElement;
  }
  interface HTMLElementEventMap extends HaoChaPingEvents {}
}
