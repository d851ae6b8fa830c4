/** Who may import whom: the table of docs/architecture.md, checked. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  comment: `${from} may import only ${allowed.join(", ")}`,
  from: { path: from },
  to: { pathNot: [...allowed, from], path: "^(src|durable-objects|web|seed|scripts|test|bench)/" },
});
const packagesOnly = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { dependencyTypes: ["npm", "npm-dev"], pathNot: allowed.map((one) => `node_modules/${one}/`) },
});

module.exports = {
  forbidden: [
    // Types may point both ways (a row's type and its query); code may not.
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only("domain-is-pure", "^src/domain/", []),
    packagesOnly("domain-packages", "^src/domain/", [
      "@turf",
      "localized-address-format",
      "postcode-validator",
      "libphonenumber-js",
    ]),
    only("contracts", "^src/contracts/", ["^src/domain/"]),
    packagesOnly("contracts-packages", "^src/contracts/", ["zod"]),
    only("db", "^src/db/", ["^src/domain/", "^src/contracts/"]),
    only("platform", "^src/platform/", ["^src/domain/", "^src/contracts/"]),
    only("providers", "^src/providers/", ["^src/domain/", "^src/contracts/", "^src/platform/"]),
    only("durable-objects", "^durable-objects/", ["^src/domain/", "^src/contracts/", "^src/db/", "^src/platform/"]),
    only("services", "^src/services/", [
      "^src/domain/",
      "^src/contracts/",
      "^src/db/",
      "^src/providers/",
      "^src/platform/",
    ]),
    only("saga", "^src/saga/", [
      "^src/domain/",
      "^src/contracts/",
      "^src/db/",
      "^src/providers/",
      "^src/platform/",
      "^src/services/",
    ]),
    only("api", "^src/api/", ["^src/services/", "^src/db/", "^src/contracts/", "^src/platform/", "^src/domain/"]),
    only("simulators", "^src/simulators/", ["^src/contracts/", "^src/domain/", "^src/platform/"]),
    only("web", "^web/", ["^src/contracts/", "^src/domain/"]),
    {
      name: "product-without-tests",
      severity: "error",
      from: { path: "^(src|durable-objects|web)/" },
      to: { path: "^(test|bench|scripts|seed)/" },
    },
    { name: "unresolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^cloudflare:" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["workerd", "browser", "import", "types", "default"],
    },
    exclude: { path: "dist/" },
  },
};
