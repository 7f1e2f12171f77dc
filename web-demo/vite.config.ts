import { defineConfig, type Plugin } from "vite";

// What the built page may do: load from its own origin, show pictures of the catalogue, and nothing else.
// Trusted types make the browser refuse any `innerHTML`. The development server needs inline styles, so it goes without.
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' data: https:",
  "base-uri 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const policy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
  ],
};

export default defineConfig({
  // Relative addresses: the pages work in any folder of any host.
  base: "./",
  build: { target: "es2023", modulePreload: { polyfill: false } },
  // Bundling the package ahead of time would tear its wasm from the address it is loaded by.
  optimizeDeps: { exclude: ["aftershow"] },
  server: { host: "127.0.0.1" },
  plugins: [policy],
});
