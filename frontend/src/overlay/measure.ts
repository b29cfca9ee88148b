/** Measures text as the overlay draws it, on a canvas: no layout of the page is forced. */
export function canvasMeasure(fontFamily: string): (text: string, fontPx: number) => number {
  const context = document.createElement("canvas").getContext("2d");
  return (text, fontPx) => {
    if (!context) return text.length * fontPx;
    context.font = `600 ${fontPx}px ${fontFamily}`;
    return context.measureText(text).width;
  };
}
