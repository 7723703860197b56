// Seconds to pixels: the part of an attempt that is in view, and its round ticks.

class Scale {
  constructor(end) {
    this.end = Math.max(end, 0.1);
    this.fit();
  }

  fit() {
    this.show(-0.02 * this.end, 1.02 * this.end);
  }

  show(from, to) {
    const length = Math.min(Math.max(to - from, 0.02), 1.04 * this.end);
    this.from = Math.min(Math.max(from, -0.02 * this.end), 1.02 * this.end - length);
    this.to = this.from + length;
  }

  place(left, width) {
    this.left = left;
    this.width = width;
  }

  get perPixel() {
    return (this.to - this.from) / this.width;
  }

  x(time) {
    return this.left + (time - this.from) / this.perPixel;
  }

  time(x) {
    return this.from + (x - this.left) * this.perPixel;
  }

  zoom(factor, around = (this.from + this.to) / 2) {
    this.show(around - (around - this.from) / factor, around + (this.to - around) / factor);
  }

  pan(by) {
    this.show(this.from + by, this.to + by);
  }

  ticks() {
    const wanted = (this.to - this.from) / Math.max(2, this.width / 90);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const step = [1, 2, 5, 10].map((n) => n * power).find((one) => one >= wanted);
    const ticks = [];
    for (let tick = Math.ceil(Math.max(0, this.from) / step) * step; tick <= this.to; tick += step) ticks.push(tick);
    const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return ticks.map((tick) => [tick, `${tick.toFixed(places)} s`]);
  }
}

// How wide a text is drawn at 12 px, near enough to know whether it has room.
const wide = (text) => [...text].reduce((sum, letter) => sum + (letter > "⺀" ? 12.5 : 6.6), 0);
function cut(text, room) {
  let left = room - 10;
  let shown = "";
  for (const letter of text) {
    left -= wide(letter);
    if (left < 0) return shown.length > 1 ? `${shown}…` : "";
    shown += letter;
  }
  return shown;
}
