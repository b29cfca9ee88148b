interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(html: string): string | null }): unknown;
}

const ACTIVE =
  /<\s*\/?\s*(script|iframe|object|embed|link|base|meta|form)\b|[\s"'/]on[a-z]+\s*=|javascript:/i;

/**
 * The page's one Trusted Types policy. The player writes its own markup as strings, which only a
 * policy of the name `default` can let through; nothing that runs or loads passes it, and no text
 * of a person comes this way.
 */
export function installTrust(): void {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  factory?.createPolicy("default", { createHTML: admit });
}

/** Returns markup that is inert, or null: then the browser refuses the write. */
export function admit(html: string): string | null {
  return ACTIVE.test(html) ? null : html;
}
