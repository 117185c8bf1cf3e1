// Draws the form on the server.

import renderToString from "preact-render-to-string";
import { Form } from "./form.jsx";

export const draw = (properties) => renderToString(<Form {...properties} isServerRendered />);
