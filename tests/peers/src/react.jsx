// Draws the form where the page has none.

import { createRoot } from "react-dom/client";
import { Form } from "./form.jsx";

document.querySelectorAll("[data-rating]").forEach((place) => createRoot(place).render(<Form subject={{ ...place.dataset }} />));
