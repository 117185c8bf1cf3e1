import type { HaoChaPingProps } from "./index.js";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "hao-cha-ping": HaoChaPingProps;
    }
  }
}
