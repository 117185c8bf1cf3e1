// Takes over the form that the server has drawn.

import { hydrateRoot } from "react-dom/client";
import { Form } from "./form.jsx";

const place = document.querySelector("[data-rating]");
hydrateRoot(place, <Form subject={{ ...place.dataset }} isServerRendered />);
