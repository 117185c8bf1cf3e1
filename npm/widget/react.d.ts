import type { HTMLAttributes, Ref } from "react";
import type { HaoChaPing, HaoChaPingProps } from "./index.js";

/** Everything that React gives every element (`className`, `style`, `hidden`, `onClick`, `aria-*`), and what is ours. */
export type HaoChaPingElementProps = Omit<HTMLAttributes<HTMLElement>, keyof HaoChaPingProps> & Omit<HaoChaPingProps, "ref"> & { ref?: Ref<HaoChaPing> };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "hao-cha-ping": HaoChaPingElementProps;
    }
  }
}
