// The part of the page where one draws. A drawing becomes an image as those of MNIST are; network.js runs the network
// on it, and the page shows what the network computes.

// ---- From strokes to an image ----

// Strokes are lists of points [x, y], from 0 to 1 on the drawing area. MNIST's digits fit in a square of 20 of 28
// pixels, with their centre of mass in the middle; 2.6 is about the width of their strokes.
const kBox = 20 / 28, kStroke = 2.6 / 28;
const kMostZoom = 4;  // of a drawing as large as the image: the beginning of a stroke is not yet a digit

function distance(x, y, [ax, ay], [bx, by]) {
  const dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy;
  const t = square > 0 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

// The ink of strokes in pixels: 1 inside a stroke, falling to 0 over one pixel at its edge.
function inked(strokes, rows, columns) {
  const reach = (kStroke * Math.min(rows, columns)) / 2 + 0.5, pixels = new Float64Array(rows * columns);
  const range = (a, b, end) => [Math.max(0, Math.floor(Math.min(a, b) - reach)), Math.min(end, Math.max(a, b) + reach)];
  const line = (a, b) => {
    const [top, bottom] = range(a[1], b[1], rows), [left, right] = range(a[0], b[0], columns);
    for (let y = top; y < bottom; ++y)
      for (let x = left; x < right; ++x) {
        const ink = Math.min(1, Math.max(0, reach - distance(x + 0.5, y + 0.5, a, b)));
        pixels[y * columns + x] = Math.max(pixels[y * columns + x], ink);
      }
  };
  for (const stroke of strokes) stroke.forEach((point, i) => line(stroke[Math.max(0, i - 1)], point));
  return pixels;
}

const moved = (strokes, place) => strokes.map((stroke) => stroke.map(place));

// The strokes in pixels of an image of this size: scaled to its box, with the centre of mass in the middle.
function fitted(strokes, rows, columns) {
  const points = strokes.flat(), side = Math.min(rows, columns);
  const [left, top] = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])));
  const [right, bottom] = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])));
  const scale = side * Math.min((kBox - kStroke) / Math.max(right - left, bottom - top), kMostZoom);
  const inBox = moved(strokes, ([x, y]) => [
    (x - (left + right) / 2) * scale + columns / 2, (y - (top + bottom) / 2) * scale + rows / 2]);
  const ink = inked(inBox, rows, columns), mass = ink.reduce((a, b) => a + b, 0);
  const mean = (coordinate) => ink.reduce((sum, shade, i) => sum + shade * (coordinate(i) + 0.5), 0) / mass;
  const x = mean((i) => i % columns), y = mean((i) => Math.floor(i / columns));
  return moved(inBox, (point) => [point[0] + columns / 2 - x, point[1] + rows / 2 - y]);
}

// Bytes from 0 to 255, as a file of images has them.
const bytesOf = (fit, rows, columns) => Uint8Array.from(inked(fit, rows, columns), (ink) => Math.round(255 * ink));

// ---- Numbers as pictures ----

const kBlue = [5, 80, 160], kRed = [178, 24, 43], kWhite = [247, 247, 247];

// Blue at -limit, white at 0, red at limit: the colours of the page's other pictures.
function diverging(value, limit) {
  const part = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0;
  return kWhite.map((white, i) => white + part * ((value < 0 ? kBlue : kRed)[i] - white));
}

// colourOf(row, column) of each cell: [red, green, blue], or nothing where there is none.
function paint(canvas, rows, columns, colourOf) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; ++i) {
    const colour = colourOf(Math.floor(i / columns), i % columns);
    if (colour) image.data.set([...colour.map(Math.round), 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

const largest = (numbers) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

// Planes of rows x columns numbers side by side, a cell apart, and single numbers without gaps: the size of all, and
// where they lie.
function tiling([rows, columns], count) {
  const isUnit = rows * columns === 1, gap = isUnit ? 0 : 1;
  const across = Math.min(count, isUnit ? 32 : 8), down = Math.ceil(count / across);
  const height = rows + gap, width = columns + gap;
  // The place of a cell's number; -1 between planes.
  const at = (y, x) => {
    const plane = Math.floor(y / height) * across + Math.floor(x / width);
    const inside = y % height < rows && x % width < columns && plane < count;
    return inside ? (plane * rows + (y % height)) * columns + (x % width) : -1;
  };
  return { rows: down * height - gap, columns: across * width - gap, at };
}

// ---- The page ----

const $ = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const short = (x) => (Number.isFinite(x) ? Number(x.toPrecision(3)).toString().replace("-", "\u2212") : String(x));

// A picture of a layer's numbers, which show() fills.
function unitsFigure(name, shape) {
  const kMostUnits = 2048, kMostChannels = 64, kWidth = 505;
  const plane = shape.length === 4 ? shape.slice(2) : [1, 1], all = sizeOf(shape) / sizeOf(plane);
  const shown = Math.min(all, shape.length === 4 ? kMostChannels : kMostUnits), tiles = tiling(plane, shown);
  const what = shape.length === 4 ? `channels of ${plane.join(" x ")}` : "units";
  const canvas = element("canvas"), caption = element("figcaption"), figure = element("figure", {}, canvas, caption);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `The values of ${name}`);
  figure.style.width = `${(tiles.columns * Math.max(1, Math.floor((2 * kWidth) / tiles.columns))) / 2}px`;
  const show = (numbers) => {
    const limit = numbers ? largest(numbers) : 0;
    paint(canvas, tiles.rows, tiles.columns, (row, column) => {
      const place = tiles.at(row, column);
      return place < 0 || !numbers ? null : diverging(numbers[place], limit);
    });
    const count = shown < all ? `the first ${shown} of ${all}` : all;
    const range = numbers ? `, from ${short(Math.min(...numbers))} to ${short(Math.max(...numbers))}` : "";
    caption.replaceChildren(element("b", { textContent: name }), `: ${count} ${what}${range}`);
  };
  return { figure, show };
}

// A row of the classes: name, bar, value.
function classRow(name, onclick) {
  const fill = element("i"), value = element("span", { className: "value" });
  const row = element("button", { type: "button", onclick },
    element("span", { className: "name", textContent: name, title: name }),
    element("span", { className: "bar" }, fill), value);
  const show = (part, text, isBest, isChosen) => {
    fill.style.width = `${100 * Math.min(1, Math.max(0, part || 0))}%`;
    value.textContent = text;
    row.classList.toggle("best", isBest);
    row.setAttribute("aria-pressed", String(isChosen));
  };
  return { row, show };
}

// The drawing area: strokes by mouse, finger, pen and keys. `changed(ended)` is called after each change, with whether
// a stroke has ended.
class DrawingPad {
  strokes = [];
  #drawn = null;  // the stroke of a pointer that is down
  #pen = null;    // of the keys: { at: [x, y], stroke }

  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("keydown", (event) => this.#press(event));
    window.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, (event) => this.#up(event));
  }

  clear() {
    this.strokes = [];
    this.#drawn = this.#pen = null;
    this.changed(true);
  }

  #begin(point) {
    const stroke = [point];
    this.strokes.push(stroke);
    return stroke;
  }

  #pointOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  #down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#pen = null;
    this.#drawn = this.#begin(this.#pointOf(event));
    this.changed(false);
  }

  #move(event) {
    if (!this.#drawn || !event.isPrimary) return;
    const between = event.getCoalescedEvents?.() ?? [];
    this.#drawn.push(...(between.length > 0 ? between : [event]).map((each) => this.#pointOf(each)));
    this.changed(false);
  }

  #up(event) {
    if (!this.#drawn || !event.isPrimary) return;
    this.#drawn = null;
    this.changed(true);
  }

  #press(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const clears = event.key === "Delete" || event.key === "Backspace";
    if (event.ctrlKey || event.metaKey || event.altKey || !(move || clears || event.key === " ")) return;
    event.preventDefault();
    if (clears) return void this.clear();
    const kStep = 1 / 28, pen = (this.#pen ??= { at: [0.5, 0.5], stroke: null });
    if (move) {
      pen.at = pen.at.map((x, axis) => Math.min(1, Math.max(0, x + kStep * move[axis])));
      pen.stroke?.push(pen.at);
    } else {
      pen.stroke = pen.stroke ? null : this.#begin(pen.at);
    }
    this.changed(!pen.stroke);
  }

  show() {
    const context = this.canvas.getContext("2d"), side = this.canvas.width;
    context.clearRect(0, 0, side, side);
    context.strokeStyle = "#ffffff";
    context.lineWidth = kStroke * side;
    trace(context, this.strokes, ([x, y]) => [x * side, y * side]);
    if (this.#pen) this.#showPen(context, side);
    else if (this.strokes.length === 0) this.#showHint(context, side);
  }

  #showHint(context, side) {
    context.fillStyle = "#8a93a0";
    context.font = `${side / 18}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.fillText("Draw here", side / 2, side / 2);
  }

  // A ring, which is full while the pen is down.
  #showPen(context, side) {
    context.beginPath();
    context.arc(this.#pen.at[0] * side, this.#pen.at[1] * side, side / 40, 0, 2 * Math.PI);
    context.lineWidth = side / 100;
    context.strokeStyle = context.fillStyle = "#f0a04b";
    context.stroke();
    if (this.#pen.stroke) context.fill();
  }
}

function trace(context, strokes, place) {
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    for (const point of [stroke[0], ...stroke]) context.lineTo(...place(point));
    context.stroke();
  }
}

// The derivative of a class's score by each pixel, and over it the drawing as a line.
function showDerivative(canvas, numbers, fit, rows, columns) {
  const context = canvas.getContext("2d"), side = canvas.width, cell = side / Math.max(rows, columns);
  const left = (side - columns * cell) / 2, top = (side - rows * cell) / 2, limit = largest(numbers);
  context.clearRect(0, 0, side, side);
  numbers.forEach((value, i) => {
    const x = Math.floor(left + (i % columns) * cell), y = Math.floor(top + Math.floor(i / columns) * cell);
    context.fillStyle = `rgb(${diverging(value, limit).map(Math.round).join(" ")})`;
    context.fillRect(x, y, Math.ceil(cell), Math.ceil(cell));
  });
  context.strokeStyle = "rgb(0 0 0 / 0.6)";
  context.lineWidth = side / 150;
  trace(context, fit, ([x, y]) => [left + x * cell, top + y * cell]);
}

// What the page shows of a network: nothing, or its answer to a drawing.
class Answer {
  chosen = null;  // the class whose score is differentiated; null: that of the answer

  constructor(data, changed) {
    this.data = data;
    this.beginRun = network(data);
    const choose = (i) => {
      this.chosen = this.chosen === i ? null : i;
      changed();
    };
    this.classes = data.classes.map((name, i) => classRow(name, () => choose(i)));
    this.units = data.shown.map(({ place, name }) => ({ place, ...unitsFigure(name, data.nodes[place].shape) }));
    const longest = Math.max(...data.classes.map((name) => name.length));
    $("classes").style.setProperty("--names", `${Math.min(14, longest)}ch`);
    $("classes").append(...this.classes.map(({ row }) => row));
    $("units").append(...this.units.map(({ figure }) => figure));
  }

  showNothing() {
    const { rows, columns } = this.data, why = $("why");
    this.chosen = null;
    paint($("seen"), rows, columns, () => [0, 0, 0]);
    $("answer").textContent = "–";
    $("sure").textContent = $("said").textContent = "";
    for (const { show } of this.classes) show(0, "", false, false);
    for (const { show } of this.units) show(null);
    why.getContext("2d").clearRect(0, 0, why.width, why.height);
    $("reason").textContent = "What makes the network think so: the derivative of its answer's score by each pixel.";
  }

  // `ended`: whether a stroke has ended, so that the answer is told, too.
  show(strokes, ended) {
    const { rows, columns, probabilities } = this.data, value = this.beginRun();
    const fit = fitted(strokes, rows, columns), bytes = bytesOf(fit, rows, columns);
    paint($("seen"), rows, columns, (row, column) => Array(3).fill(bytes[row * columns + column]));
    const answers = value(probabilities, { image: Float64Array.from(bytes, (byte) => byte / 255) });
    const best = answers.reduce((first, x, i) => (x > answers[first] ? i : first), 0), of = this.chosen ?? best;
    this.#showClasses(answers, best, of);
    for (const { place, show } of this.units) show(value(place));
    this.#showReason(value, of, fit);
    if (ended) $("said").textContent = `The network answers ${$("answer").textContent}, ${$("sure").textContent}`;
  }

  #showClasses(answers, best, of) {
    const name = this.data.classes[best];
    $("answer").textContent = name;
    $("answer").classList.toggle("long", name.length > 3);
    $("sure").textContent = this.#textOf(answers[best]);
    this.classes.forEach(({ show }, i) => show(answers[i], this.#textOf(answers[i]), i === best, i === of));
  }

  #showReason(value, of, fit) {
    const { rows, columns, classes, score, gradient } = this.data;
    const derivative = value(gradient, { direction: Float64Array.from(classes, (_, i) => Number(i === of)) });
    showDerivative($("why"), derivative, fit, rows, columns);
    $("reason").replaceChildren(
      `What makes the network think so: the derivative of the ${score} of `,
      element("b", { textContent: classes[of] }),
      ` by each pixel. More ink raises that ${score} where the picture is red, up to ${short(largest(derivative))}, `,
      "and lowers it where it is blue. The line is your drawing. A click on a class shows its picture.");
  }

  #textOf(value) {
    if (Number.isNaN(value)) return "nan";
    if (!this.data.has_probabilities) return value.toFixed(3);
    return value < 0.001 ? "< 0.1 %" : value > 0.999 ? "> 99.9 %" : `${(100 * value).toFixed(1)} %`;
  }
}

function tryIt(data) {
  let waits = false, ended = false;
  // At most once for each frame of the screen.
  const later = (strokeEnded) => {
    ended = strokeEnded;
    if (!waits) requestAnimationFrame(update);
    waits = true;
  };
  const pad = new DrawingPad($("pad"), later), answer = new Answer(data, () => later(false));
  const update = () => {
    waits = false;
    pad.show();
    if (pad.strokes.length > 0) answer.show(pad.strokes, ended);
    else answer.showNothing();
  };
  $("clear").onclick = () => pad.clear();
  $("pad").closest(".try").hidden = false;
  update();
}

tryIt(JSON.parse($("try-data").textContent));
