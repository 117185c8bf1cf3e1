// The file for a script tag, alone or as the collector sends it with a form.

import { define } from "./element.js";
import { embed } from "./tag.js";

define();
if (typeof hcpGiven == "object") embed(hcpGiven);
