/** A media time as people write it: 01:23, or 1:02:03 from an hour on. */
export function clockText(positionMs: number): string {
  const seconds = Math.floor(positionMs / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? [hours, ...parts].join(":") : parts.join(":");
}
