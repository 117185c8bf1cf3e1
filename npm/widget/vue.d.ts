import type { HTMLAttributes, PublicProps } from "vue";
import type { HaoChaPingEvents, HaoChaPingProps } from "./index.js";

type Listener<Name extends keyof HaoChaPingEvents> = (event: HaoChaPingEvents[Name]) => void;

/** Attributes, and events as `@hcp-rated` in a template listens for them. */
export type HaoChaPingVueProps = Pick<HaoChaPingProps, "ticket" | "card" | "collector" | "lang" | "mode" | "theme" | "autofocus"> & {
  onHcpReady?: Listener<"hcp-ready">;
  onHcpRated?: Listener<"hcp-rated">;
  onHcpAlreadyRated?: Listener<"hcp-already-rated">;
  onHcpError?: Listener<"hcp-error">;
};

/** The element in Vue's templates. */
export type HaoChaPingComponent = new () => { $props: HaoChaPingVueProps & Omit<HTMLAttributes, keyof HaoChaPingVueProps> & PublicProps };

declare module "vue" {
  interface GlobalComponents {
    HaoChaPing: HaoChaPingComponent;
    "hao-cha-ping": HaoChaPingComponent;
  }
}
