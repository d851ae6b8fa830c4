import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: new URL("./ops", import.meta.url).pathname,
  base: "/ops/",
  plugins: [
    react(),
    tailwindcss(),
    {
      name: "theme-before-first-paint",
      transformIndexHtml: () => [{ tag: "script", attrs: { src: "/ops/theme.js" }, injectTo: "head-prepend" }],
    },
  ],
  build: {
    outDir: new URL("../dist/web/ops", import.meta.url).pathname,
    emptyOutDir: true,
    // Assets stay files: a data: URL would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { "/api": { target: "http://localhost:8787", ws: true } },
  },
});
