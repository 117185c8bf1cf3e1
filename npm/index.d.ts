/** The name of a level on the wire, from 非常满意 to 非常不满意. */
export type Level = "very_satisfied" | "satisfied" | "basically_satisfied" | "dissatisfied" | "very_dissatisfied";

/** One of the five choices, all alike. */
export interface LevelChoice {
  level: Level;
  /** The official name. */
  name: string;
  /** What it says in the language asked for; empty where the official name is read as it is. */
  gloss: string;
  /** 差评: needs an option or a comment. */
  isBad: boolean;
}

/** An official option of a level. */
export interface Option {
  code: string;
  /** The official text. */
  text: string;
  gloss: string;
  /** Whether it shows at once or behind 更多. */
  isFirst: boolean;
}

/** What a person chose and typed. */
export interface Draft {
  level?: Level | "";
  /** Codes of options of that level. */
  indicators?: string[];
  /** At most 500 characters. */
  comment?: string;
  anonymous?: boolean;
  contact?: { name: string; phone: string } | null;
}

/** A rating for {@link Sdk.submit}: of a ticket, or of a visit to a card's page. */
export interface RatingInput extends Draft {
  ticket?: string;
  visit?: string;
  /** Made if it is not given; keep it to send the same rating again. */
  key?: string;
  lang?: string;
  via?: string;
  purpose?: string;
}

/** Something wrong with a rating. */
export interface Violation {
  field: string;
  code: string;
  max?: number;
  found?: number;
  /** In the language of the rating. */
  message?: string;
}

/** The collector has it. */
export interface Accepted {
  /** A public number. */
  receipt: string;
  /** The person's own code: never in an event, a bridge or a log. */
  lookup: string;
  lookupUrl: string;
  /** RFC 3339. */
  ratedAt: string;
  outcome: "accepted" | "replayed";
}

/** How far a rating is. */
export interface Progress {
  receipt: string;
  rated_at: string;
  status: "accepted" | "quarantined" | "excluded";
  handling: null | {
    stage: string;
    class: string | null;
    due_at: string | null;
    reply: string | null;
    history: { stage: string; at: string }[];
  };
}

/** What went wrong, by a stable code such as `already-rated`, `expired`, `unreachable`, `invalid-rating`. */
export class HcpError extends Error {
  readonly code: string;
  readonly violations: Violation[];
  /** The civil date of the rating that stands. */
  readonly ratedOn?: string;
}

/** What is rated, as the person knows it. */
export interface LinkService {
  item: string | null;
  agency: string | null;
  /** The civil date in China on which the service was finished; null for a card. */
  date: string | null;
  /** Whether it is one by which the system tests itself; the person must be told. */
  probe: boolean;
}

/** The service point of a printed card. */
export interface LinkCard {
  kind: "agent" | "window" | "hall";
  name: string;
  number: string;
  place: string;
  scope: string | null;
  /** What can have been done, to choose from. */
  purposes: string[];
}

/** A rating behind one's own markup. */
export interface HeadlessRating {
  readonly service: LinkService;
  readonly card: LinkCard | null;
  /** The languages of the official form. */
  readonly languages: string[];
  readonly levels: LevelChoice[];
  readonly draft: RatingInput;
  /** Options of a level; by default of the one chosen. */
  options(level?: Level): Option[];
  set(fields: Draft & { purpose?: string }): this;
  /** Everything wrong with it now; empty if it can be sent. */
  check(): Violation[];
  /** Writes it down and sends it; never says more than is true. Browsers only. */
  submit(onState?: (state: "sending" | "saved" | "unsaved") => void): Promise<Accepted>;
}

export interface Sdk {
  levels(lang?: string): LevelChoice[];
  options(level: Level, lang?: string): Option[];
  /** Everything wrong with a draft; empty if it can be sent. */
  check(rating: RatingInput): Violation[];
  /** An idempotency key. */
  newKey(): string;
  /** Sends a rating, and again as the rules of retrying say. Rejects with {@link HcpError}. */
  submit(collector: string, rating: RatingInput, options?: { signal?: AbortSignal; fetch?: typeof fetch }): Promise<Accepted>;
  /** Looks a rating up by its code. Rejects with {@link HcpError}. */
  lookUp(collector: string, code: string, options?: { fetch?: typeof fetch }): Promise<Progress>;
  /** Opens a link for one's own markup. Rejects with {@link HcpError}, say `already-rated`. */
  open(collector: string, link: { ticket: string; lang?: string } | { card: string; lang?: string }): Promise<HeadlessRating>;
  /** What a single-use link says of itself; proves nothing. */
  parseTicket(text: string): { ticket: string; endsAt: string } | undefined;
  /** What a card's link says of itself; proves nothing. */
  parseCard(text: string): { serial: number; kind: "agent" | "window" | "hall"; expires: string } | undefined;
  /** The QR code of a link as SVG. Throws for a link too long for a card. */
  qrSvg(link: string): string;
}

/** Starts the rules, once; the same promise every time. */
export function load(): Promise<Sdk>;
