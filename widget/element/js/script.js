// The file for a script tag.

import { define } from "./element.js";

define();
