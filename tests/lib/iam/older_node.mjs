// older_node.mjs - oidc-provider asks for a newer Node than Debian has: what it misses there.
// A loader (node --experimental-loader), because a missing name of a built-in module cannot be added
// to what `import *` sees.
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.includes('/oidc-provider/lib/')) return loaded;
  const source = String(loaded.source).replaceAll("import * as crypto from 'node:crypto'", "import crypto from 'node:crypto'");
  return { ...loaded, source };
}
