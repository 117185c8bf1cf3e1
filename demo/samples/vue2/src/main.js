// Defines <hao-cha-ping>; the form and the wasm file come from the collector that the element names.
import "haochaping/widget/define";
import Vue from "vue";
import App from "./App.vue";

// Without this Vue takes the element for a component that nobody has registered, and says so in the console.
Vue.config.ignoredElements = ["hao-cha-ping"];
Vue.config.productionTip = false;

new Vue({ render: (h) => h(App) }).$mount("#app");
