// Defines <hao-cha-ping>; the form and the wasm file come from the collector that the element names.
import "haochaping/widget/define";
import { createApp } from "vue";
import App from "./App.vue";

createApp(App).mount("#app");
