/** A finished service, by the names of `POST /api/v1/services`. */
export interface ServiceRegistration {
  /** At most 50 characters. */
  case_number: string;
  service_number: number;
  item_code?: string | null;
  item_name: string;
  /** The unified social credit code of the body that was responsible. */
  agency_code: string;
  agency_name?: string | null;
  /** A code of an administrative division. */
  region: string;
  /** RFC 3339. */
  finished_at: string;
  mode: "online" | "on_site";
  real_name: boolean;
  window?: string | null;
  staff_number?: string | null;
  visit?: string | null;
  user_kind?: string | null;
  accepted_at?: string | null;
  case_kind?: string | null;
  service_name?: string | null;
}

/** A link to rate one service by. */
export interface Ticket {
  /** Of the service in the list that was given. */
  index: number;
  case_number: string;
  service_number: number;
  ticket: string;
  url: string;
  created: boolean;
  /** The civil date of the rating that stands. */
  rated_on: string | null;
}

export interface Registered {
  tickets: Ticket[];
  /** Services that were not taken, each with a stable code and its field. */
  rejected: { index: number; code: string; field: string }[];
}

/** A call at a window. */
export interface Call {
  id: string;
  state: string;
  [member: string]: unknown;
}

/** What went wrong, by a stable code such as `unauthorized`, `unreachable`, `unclear`, `webhook-signature`. */
export class HcpError extends Error {
  readonly code: string;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
}

export interface PortalOptions {
  /** Where the back end reaches the collector, perhaps by an inner address. */
  collector: string;
  /** Where citizens reach it; by default the same. Pages have this address only. */
  publicUrl?: string;
  apiKey: string;
  fetch?: typeof fetch;
}

/** A collector as a portal's back end sees it. The key is for back ends: never send this module to a browser. */
export class Portal {
  constructor(options: PortalOptions);
  readonly collector: string;
  readonly publicUrl: string;
  /** Registers finished services, in requests of 1,000; sending them again gives the same links. Rejects with {@link HcpError}. */
  register(services: ServiceRegistration[]): Promise<Registered>;
  /** Calls the person at a window to rate what was done. Rejects with {@link HcpError}, say `call-open`, `window-unpaired`. */
  call(window: string, services: ServiceRegistration[]): Promise<Call>;
  standing(window: string): Promise<Call>;
  withdraw(window: string): Promise<Call>;
  /** The element for a page that is rendered here, with the form in it if it comes within `timeout` milliseconds, else with
   *  the link. For one page view: not to be cached. Never rejects. */
  element(ticket: string, options?: { lang?: string; label?: string; timeout?: number }): Promise<string>;
}

/** Headers as a server has them, with names in lower case. */
export type WebhookHeaders = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

/** Resolves with the message of a webhook that came from whoever holds the secret, just now; rejects with {@link HcpError}.
 *  `body` as it came, not parsed; `now` in milliseconds since 1970, by default the clock's. */
export function verify(secret: string, headers: WebhookHeaders, body: string | Uint8Array, now?: number): Promise<unknown>;
