// Takes over the form that the server has drawn.

import { hydrate } from "preact";
import { Form } from "./form.jsx";

const place = document.querySelector("[data-rating]");
hydrate(<Form subject={{ ...place.dataset }} isServerRendered />, place);
