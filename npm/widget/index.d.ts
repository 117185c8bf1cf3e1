/** The rating form of 政务服务“好差评”. Properties mirror the attributes of the same name. */
export class HaoChaPing extends HTMLElement {
  /** The token of a single-use rating link. */
  ticket: string;
  /** The token of a printed card, in the place of `ticket`. */
  card: string;
  /** The collector's address; required with this package. */
  collector: string;
  /** A BCP 47 tag; by default the page's. */
  lang: string;
  mode: "" | "inline" | "elder" | "pad";
  theme: "" | "light" | "dark" | "auto";
  autofocus: boolean;
}

/** Makes the element known as `hao-cha-ping`, or by another name; once. */
export function define(name?: string): void;

/** They bubble and are composed; none carries a level, a text or a look-up code. */
export interface HaoChaPingEvents {
  /** The form can be used. */
  "hcp-ready": CustomEvent<Record<string, never>>;
  /** The collector has the rating; or, `queued`, it is kept on the device and `receipt` is empty. */
  "hcp-rated": CustomEvent<{ receipt: string; outcome: "accepted" | "replayed" | "queued" }>;
  /** The service was rated before. */
  "hcp-already-rated": CustomEvent<Record<string, never>>;
  /** Something the person has learned did not go well. */
  "hcp-error": CustomEvent<{ code: string }>;
}

/** Attributes and events as React 19 takes them. */
export interface HaoChaPingProps {
  ticket?: string;
  card?: string;
  collector?: string;
  lang?: string;
  mode?: "inline" | "elder" | "pad";
  theme?: "light" | "dark" | "auto";
  autofocus?: boolean;
  class?: string;
  id?: string;
  key?: string | number | null;
  ref?: unknown;
  children?: unknown;
  "onhcp-ready"?: (event: HaoChaPingEvents["hcp-ready"]) => void;
  "onhcp-rated"?: (event: HaoChaPingEvents["hcp-rated"]) => void;
  "onhcp-already-rated"?: (event: HaoChaPingEvents["hcp-already-rated"]) => void;
  "onhcp-error"?: (event: HaoChaPingEvents["hcp-error"]) => void;
}

declare global {
  interface HTMLElementTagNameMap {
    "hao-cha-ping": HaoChaPing;
  }
  interface HTMLElementEventMap extends HaoChaPingEvents {}
  interface DocumentEventMap extends HaoChaPingEvents {}
  interface WindowEventMap extends HaoChaPingEvents {}
}
