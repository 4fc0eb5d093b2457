// Draws what visitors did over a picture of the page: density of clicks and moves, or how far down they got.

/** Stops of a perceptually even ramp (lightness only rises), so that twice as hot also looks so, to every eye. */
const RAMP = [
  [0.0, 48, 18, 122],
  [0.22, 106, 24, 152],
  [0.42, 177, 42, 129],
  [0.6, 225, 84, 87],
  [0.78, 249, 143, 46],
  [0.92, 250, 205, 48],
  [1.0, 252, 253, 164],
];

function table() {
  const lut = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    const at = Math.max(1, RAMP.findIndex(([stop]) => stop >= t));
    const [a, ...from] = RAMP[at - 1];
    const [b, ...to] = RAMP[at];
    const k = (t - a) / (b - a);
    for (let channel = 0; channel < 3; channel++) {
      lut[i * 4 + channel] = from[channel] + (to[channel] - from[channel]) * k;
    }
    // Faint traces stay see-through; from a third of the way up the colour itself speaks.
    lut[i * 4 + 3] = i === 0 ? 0 : 255 * Math.min(0.92, 0.92 * Math.pow(t / 0.4, 0.75));
  }
  return lut;
}

const LUT = table();

/** Spreads every value of `lines` lines, each of `length` values `stride` apart, by the kernel (its half, from the centre out). */
function spread(from, to, lines, length, lineStep, stride, kernel) {
  for (let line = 0; line < lines; line++) {
    const base = line * lineStep;
    for (let i = 0; i < length; i++) {
      const value = from[base + i * stride];
      if (value === 0) {
        continue; // most of a page is untouched
      }
      to[base + i * stride] += value * kernel[0];
      for (let k = 1; k < kernel.length; k++) {
        if (i - k >= 0) {
          to[base + (i - k) * stride] += value * kernel[k];
        }
        if (i + k < length) {
          to[base + (i + k) * stride] += value * kernel[k];
        }
      }
    }
  }
}

/** A Gaussian, one axis after the other. Not the cheaper box blurs: faint edges would show their corners. */
function blur(grid, columns, rows, sigma) {
  const kernel = Float32Array.from({ length: Math.ceil(sigma * 3.5) + 1 }, (_, k) => Math.exp((-k * k) / (2 * sigma * sigma)));
  const across = new Float32Array(grid.length);
  spread(grid, across, rows, columns, columns, 1, kernel);
  const both = new Float32Array(grid.length);
  spread(across, both, columns, rows, 1, columns, kernel);
  return both;
}

/** The value that only one inked cell in two hundred exceeds: one hammered button must not fade all else away. */
function ceiling(grid) {
  let max = 0;
  for (const v of grid) {
    max = v > max ? v : max;
  }
  const bins = new Uint32Array(1024);
  let inked = 0;
  for (const v of grid) {
    if (v > max * 1e-3) {
      bins[Math.min(1023, Math.floor((v / max) * 1023))]++;
      inked++;
    }
  }
  let left = inked / 200;
  let bin = 1023;
  for (; bin > 0 && left > bins[bin]; bin--) {
    left -= bins[bin];
  }
  return max === 0 ? 1 : (max * (bin + 1)) / 1024;
}

/** @param cells Int32Array of x (thousandths of the width), y (CSS pixels), count, and so on */
function paintDensity(canvas, cells, width, height, radius) {
  // A grid cell is a few CSS pixels; very long pages get coarser ones, to keep every page under a million cells.
  const step = Math.max(3, Math.sqrt((width * height) / 1e6));
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const points = new Float32Array(columns * rows);
  for (let i = 0; i < cells.length; i += 3) {
    const column = Math.min(columns - 1, Math.floor(((cells[i] / 1000) * width) / step));
    const row = Math.floor((cells[i + 1] + 4) / step);
    if (row < rows) {
      points[row * columns + column] += cells[i + 2];
    }
  }
  const grid = blur(points, columns, rows, Math.max(1, radius / step / 2));

  const top = ceiling(grid);
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < grid.length; i++) {
    // The root lifts quiet areas into sight without making them look busy; the floor cuts off the Gaussian's endless tail.
    const level = Math.round(255 * Math.max(0, Math.min(1, (Math.pow(grid[i] / top, 0.6) - 0.03) / 0.97)));
    if (level === 0) {
      continue;
    }
    image.data.set(LUT.subarray(level * 4, level * 4 + 4), i * 4);
  }
  context.putImageData(image, 0, 0);
}

/** @param depths for each depth 0 to 100 how many got at least that far */
function paintScroll(canvas, depths) {
  canvas.width = 1;
  canvas.height = 101;
  const context = canvas.getContext("2d");
  const image = context.createImageData(1, 101);
  const all = depths[0] || 1;
  for (let depth = 0; depth <= 100; depth++) {
    const level = Math.round(255 * (depths[depth] / all));
    image.data.set(LUT.subarray(level * 4, level * 4 + 3), depth * 4);
    image.data[depth * 4 + 3] = 150;
  }
  context.putImageData(image, 0, 0);
}

/** Draws into `stage`, which holds a canvas, and keeps the page scaled to the room there is. */
export function mount(stage, bytes, options) {
  const scaler = stage.querySelector("[data-scaler]");
  const canvas = stage.querySelector("canvas");

  const fit = () => {
    const width = Number(stage.dataset.width);
    const height = Number(stage.dataset.height);
    const scale = Math.min(1, stage.clientWidth / width);
    scaler.style.width = `${width}px`;
    scaler.style.height = `${height}px`;
    scaler.style.transform = `translateX(-50%) scale(${scale})`;
    stage.style.height = `${Math.ceil(height * scale)}px`;
    stage.style.setProperty("--unscale", String(1 / scale));
  };

  const paint = (data, next) => {
    // The bytes come over the wire at any offset; an Int32Array needs one of its own.
    const numbers = new Int32Array(data.slice().buffer);
    if (next.kind === "scroll") {
      paintScroll(canvas, numbers);
    } else {
      const width = Number(stage.dataset.width);
      paintDensity(canvas, numbers, width, Number(stage.dataset.height), next.kind === "click" ? Math.max(16, width / 60) : Math.max(20, width / 45));
    }
  };

  const resize = new ResizeObserver(fit);
  resize.observe(stage);
  fit();
  paint(bytes, options);

  return {
    update(data, next) {
      fit();
      paint(data, next);
    },
    dispose() {
      resize.disconnect();
    },
  };
}
