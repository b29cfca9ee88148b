const LENGTH_MAX = 100;
const REPEATS_MAX = 4;

/**
 * Compiles a viewer's pattern, or returns null for one that is malformed or could take long: a
 * browser cannot interrupt a match, so repeated groups and back references are not accepted, and
 * only a few repeats are.
 */
export function compilePattern(source: string): RegExp | null {
  if (source.length === 0 || source.length > LENGTH_MAX) return null;
  const bare = source.replace(/\\[^0-9k]/g, "_").replace(/\[[^\]]*\]/g, "_");
  if (/\)[*+{]/.test(bare) || /\\[0-9k]/.test(bare)) return null;
  if ((bare.match(/[*+{]/g) ?? []).length > REPEATS_MAX) return null;
  try {
    return new RegExp(source, "iu");
  } catch {
    return null;
  }
}
