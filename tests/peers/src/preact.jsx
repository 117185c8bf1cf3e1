// Draws the form where the page has none.

import { render } from "preact";
import { Form } from "./form.jsx";

document.querySelectorAll("[data-rating]").forEach((place) => render(<Form subject={{ ...place.dataset }} />, place));
