// Draws the form on the server.

import { renderToString } from "react-dom/server";
import { Form } from "./form.jsx";

export const draw = (properties) => renderToString(<Form {...properties} isServerRendered />);
