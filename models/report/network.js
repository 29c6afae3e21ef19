"use strict";

// A network as a function in JavaScript: network(data) runs the nodes of a graph, as models/report/canvas.cpp writes
// them. Numbers are float64 in row-major order.
//
// ops.NAME prepares a node: of its shape, its attributes and the shapes of its inputs it makes the function of the
// inputs' numbers. An op that is not here has no form: canvas.cpp looks for the line "ops.NAME = ".
const ops = {};

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1);

function stridesOf(shape) {
  const strides = new Array(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; stride *= shape[axis--]) strides[axis] = stride;
  return strides;
}

// For each element of a shape, in order: first + the sum over its axes of index times stride.
function places(shape, strides, first = 0) {
  let all = [first];
  shape.forEach((extent, axis) => {
    all = all.flatMap((begin) => Array.from({ length: extent }, (_, i) => begin + i * strides[axis]));
  });
  return Int32Array.from(all);
}

// For each element of `to`, its place in `from`, which NumPy's broadcasting repeats.
function repeated(from, to) {
  const strides = stridesOf(from), missing = to.length - from.length;
  const isRepeated = (axis) => axis < missing || from[axis - missing] === 1;
  return places(to, to.map((_, axis) => (isRepeated(axis) ? 0 : strides[axis - missing])));
}

// y[i] = x[from[i]]
const gather = (from) => (x) => {
  const y = new Float64Array(from.length);
  for (let i = 0; i < y.length; ++i) y[i] = x[from[i]];
  return y;
};

// y[to[i]] += x[i]
const scatter = (to, count) => (x) => {
  const y = new Float64Array(count);
  for (let i = 0; i < to.length; ++i) y[to[i]] += x[i];
  return y;
};

// ---- Element by element ----

// y = make(attributes)(a, b, c), with inputs that broadcast.
const elementwise = (make) => ({ shape, attributes, inputs }) => {
  const f = make(attributes), count = sizeOf(shape);
  const expand = inputs.map((from) => (sizeOf(from) === count ? (x) => x : gather(repeated(from, shape))));
  return (...numbers) => {
    const [a, b = a, c = a] = numbers.map((x, i) => expand[i](x));
    const y = new Float64Array(count);
    for (let i = 0; i < count; ++i) y[i] = f(a[i], b[i], c[i]);
    return y;
  };
};
const formula = (f) => elementwise(() => f);

// 2 / sqrt(pi) times the integral of e^(-t^2) from x on, to 1.2e-7 of itself (Numerical Recipes, section 6.2).
const kErfc = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277];
function erfc(x) {
  const z = Math.abs(x), t = 1 / (1 + z / 2);
  const y = t * Math.exp(kErfc.reduceRight((sum, term) => sum * t + term, 0) - z * z);
  return x >= 0 ? y : 2 - y;
}
const normalDistribution = (x) => erfc(-x * Math.SQRT1_2) / 2;
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

ops.add = formula((a, b) => a + b);
ops.sub = formula((a, b) => a - b);
ops.mul = formula((a, b) => a * b);
ops.div = formula((a, b) => a / b);
ops.add_bias = ops.add;
ops.neg = formula((x) => -x);
ops.scale = elementwise(({ factor }) => (x) => factor * x);
ops.square = formula((x) => x * x);
ops.sqrt = formula(Math.sqrt);
ops.reciprocal = formula((x) => 1 / x);
ops.abs = formula(Math.abs);
ops.sign = formula(Math.sign);
ops.heaviside = formula((x) => (x > 0 ? 1 : 0));
ops.exp = formula(Math.exp);
ops.expm1 = formula(Math.expm1);
ops.log = formula(Math.log);
ops.log1p = formula(Math.log1p);
ops.sin = formula(Math.sin);
ops.cos = formula(Math.cos);
ops.tanh = formula(Math.tanh);
ops.sigmoid = formula(sigmoid);
ops.log_sigmoid = formula((x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))));
ops.softplus = formula((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
ops.relu = formula((x) => (x <= 0 ? 0 : x));
ops.relu_gradient = formula((g, x) => (x > 0 ? g : 0));
ops.leaky_relu = elementwise(({ slope }) => (x) => (x > 0 ? x : slope * x));
ops.elu = elementwise(({ alpha }) => (x) => (x > 0 ? x : alpha * Math.expm1(x)));
ops.normal_distribution = formula(normalDistribution);
ops.gelu = formula((x) => x * normalDistribution(x));
ops.equal = formula((a, b) => Number(a === b));
ops.not_equal = formula((a, b) => Number(a !== b));
ops.less = formula((a, b) => Number(a < b));
ops.less_equal = formula((a, b) => Number(a <= b));
ops.greater = formula((a, b) => Number(a > b));
ops.greater_equal = formula((a, b) => Number(a >= b));
ops.where = formula((condition, a, b) => (condition !== 0 ? a : b));
ops.maximum = formula(Math.max);
ops.minimum = formula(Math.min);
ops.clip = elementwise(({ low, high }) => (x) => (x < low ? low : x > high ? high : x));
ops.stop_gradient = formula((x) => x);
ops.cast = elementwise(({ dtype }) => (dtype.startsWith("float") ? (x) => x : Math.trunc));

// ---- Shapes and sums ----

ops.reshape = () => (x) => x;
ops.broadcast_to = ({ shape, inputs }) => gather(repeated(inputs[0], shape));
ops.sum_to = ({ shape, inputs }) => scatter(repeated(shape, inputs[0]), sizeOf(shape));

ops.transpose = ({ shape, attributes, inputs }) => {
  const strides = stridesOf(inputs[0]), rank = shape.length;
  const axes = attributes.axes ?? shape.map((_, axis) => rank - 1 - axis);
  return gather(places(shape, axes.map((axis) => strides[(axis + rank) % rank])));
};

// The places of a small tensor in a large one: starts + index times steps.
function placesWithin(small, large, { starts, steps }) {
  const strides = stridesOf(large);
  const first = starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  return places(small, steps.map((step, axis) => step * strides[axis]), first);
}
ops.slice = ({ shape, attributes, inputs }) => gather(placesWithin(shape, inputs[0], attributes));
ops.pad = ({ shape, attributes, inputs }) => {
  const to = placesWithin(inputs[0], shape, attributes);
  return (x) => {
    const y = new Float64Array(sizeOf(shape)).fill(attributes.value);
    to.forEach((place, i) => { y[place] = x[i]; });
    return y;
  };
};

ops.concat = ({ shape, attributes: { axis }, inputs }) => {
  const strides = stridesOf(shape);
  let begin = 0;
  const to = inputs.map((from) => {
    const there = places(from, strides, begin * strides[axis]);
    begin += from[axis];
    return there;
  });
  return (...numbers) => {
    const y = new Float64Array(sizeOf(shape));
    numbers.forEach((x, i) => to[i].forEach((place, k) => { y[place] = x[k]; }));
    return y;
  };
};

// Over some axes, or all of them where none is given.
function sumOver({ attributes: { axes }, inputs: [from] }) {
  const summed = new Set(axes.map((axis) => (axis + from.length) % from.length));
  const kept = from.map((extent, axis) => (summed.size === 0 || summed.has(axis) ? 1 : extent));
  return scatter(repeated(kept, from), sizeOf(kept));
}
ops.sum = sumOver;
ops.mean = (node) => {
  const sum = sumOver(node), factor = sizeOf(node.shape) / sizeOf(node.inputs[0]);
  return (x) => sum(x).map((y) => y * factor);
};

// The numbers along an axis become as many: f(line).
const alongAxis = (f) => ({ shape, attributes }) => {
  const axis = (attributes.axis + shape.length) % shape.length, strides = stridesOf(shape);
  const firsts = places(shape.map((extent, k) => (k === axis ? 1 : extent)), strides);
  const at = Array.from({ length: shape[axis] }, (_, i) => i * strides[axis]);
  return (x) => {
    const y = new Float64Array(x.length);
    for (const first of firsts) f(at.map((place) => x[first + place])).forEach((v, i) => { y[first + at[i]] = v; });
    return y;
  };
};
function softmax(line) {
  const largest = Math.max(...line), powers = line.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
ops.softmax = alongAxis(softmax);
ops.log_softmax = alongAxis((line) => {
  const largest = Math.max(...line), sum = line.reduce((all, x) => all + Math.exp(x - largest), 0);
  return line.map((x) => x - largest - Math.log(sum));
});

// ---- Products ----

// C = op(A) op(B), or a stack of such products, whose stacks broadcast.
ops.matmul = ({ shape, attributes, inputs: [a, b] }) => {
  const [m, n] = shape.slice(-2), k = a.slice(-2)[attributes.transpose_a ? 0 : 1], stacks = shape.slice(0, -2);
  const [aRow, aTerm] = attributes.transpose_a ? [1, m] : [k, 1];
  const [bTerm, bColumn] = attributes.transpose_b ? [1, k] : [n, 1];
  const aAt = repeated(a.slice(0, -2), stacks), bAt = repeated(b.slice(0, -2), stacks);
  return (x, w) => {
    const y = new Float64Array(sizeOf(shape));
    for (let s = 0; s < aAt.length; ++s)
      for (let row = 0; row < m; ++row)
        for (let term = 0; term < k; ++term) {
          const factor = x[aAt[s] * m * k + row * aRow + term * aTerm], from = bAt[s] * k * n + term * bTerm;
          const to = (s * m + row) * n;
          for (let column = 0; column < n; ++column) y[to + column] += factor * w[from + column * bColumn];
        }
    return y;
  };
};

// Calls f(place in x, in w, in y) for each product of y = conv2d(x, w).
function forProducts({ stride, padding, dilation, groups }, [x, w, y], f) {
  const [filters, depth, rows, columns] = w, [images, channels, height, width] = x, [high, wide] = y.slice(2);
  for (let image = 0; image < images; ++image)
    for (let m = 0; m < filters; ++m)
      for (let c = 0; c < depth; ++c) {
        const plane = image * channels + Math.floor((m * groups) / filters) * depth + c;
        for (let row = 0; row < rows; ++row)
          for (let column = 0; column < columns; ++column) {
            const weight = ((m * depth + c) * rows + row) * columns + column;
            for (let top = 0; top < high; ++top) {
              const i = top * stride[0] + row * dilation[0] - padding[0];
              if (i < 0 || i >= height) continue;
              for (let left = 0; left < wide; ++left) {
                const j = left * stride[1] + column * dilation[1] - padding[1];
                if (j < 0 || j >= width) continue;
                f((plane * height + i) * width + j, weight, ((image * filters + m) * high + top) * wide + left);
              }
            }
          }
      }
}

// (N,C,rows,columns) of one number for each channel.
function ofChannels(shape, bias) {
  const y = new Float64Array(sizeOf(shape)), plane = shape[2] * shape[3];
  if (bias) for (let i = 0; i < y.length; ++i) y[i] = bias[Math.floor(i / plane) % shape[1]];
  return y;
}

ops.conv2d = ({ shape, attributes, inputs: [of_x, of_w] }) => (x, w, bias) => {
  const y = ofChannels(shape, bias);
  forProducts(attributes, [of_x, of_w, shape], (i, k, o) => { y[o] += w[k] * x[i]; });
  return y;
};
ops.conv2d_transpose = ({ shape, attributes, inputs: [of_y, of_w] }) => (y, w, bias) => {
  const x = ofChannels(shape, bias);
  forProducts(attributes, [shape, of_w, of_y], (i, k, o) => { x[i] += w[k] * y[o]; });
  return x;
};

// ---- Pooling ----

// The windows of a plane, row by row: the places of their elements in x, and how many they have with those in the
// padding.
function windowsOf({ kernel, stride, padding, dilation }, x, y) {
  // Along an axis: [[elements in x], elements with padding] of each window.
  const along = (axis) => Array.from({ length: y[2 + axis] }, (_, window) => {
    const extent = x[2 + axis], begin = window * stride[axis] - padding[axis];
    const all = Array.from({ length: kernel[axis] }, (__, k) => begin + k * dilation[axis]);
    return [all.filter((i) => i >= 0 && i < extent), all.filter((i) => i < extent + padding[axis + 2]).length];
  });
  const columns = along(1);
  return along(0).flatMap(([rows, high]) => columns.map(([inRow, wide]) => ({
    elements: rows.flatMap((i) => inRow.map((j) => i * x[3] + j)),
    padded: high * wide,
  })));
}

// Calls f(place of the window, its elements' places, its size) for each window of each plane.
function forWindows(attributes, x, y) {
  const windows = windowsOf(attributes, x, y), planes = y[0] * y[1], pixels = x[2] * x[3];
  return (f) => {
    for (let plane = 0; plane < planes; ++plane)
      windows.forEach(({ elements, padded }, o) => {
        const counted = attributes.count_include_pad ? padded : elements.length;
        f(plane * windows.length + o, elements.map((i) => plane * pixels + i), counted);
      });
  };
}

const largestOf = (x, elements) =>
  elements.reduce((best, i) => (x[i] > x[best] || (x[i] !== x[i] && x[best] === x[best]) ? i : best), elements[0]);

ops.max_pool2d = ({ shape, attributes, inputs: [of_x] }) => {
  const each = forWindows(attributes, of_x, shape);
  return (x) => {
    const y = new Float64Array(sizeOf(shape)).fill(-Infinity);
    each((o, elements) => { if (elements.length > 0) y[o] = x[largestOf(x, elements)]; });
    return y;
  };
};
ops.max_pool2d_gradient = ({ shape, attributes, inputs: [of_x, of_y] }) => {
  const each = forWindows(attributes, of_x, of_y);
  return (x, g) => {
    const z = new Float64Array(sizeOf(shape));
    each((o, elements) => { if (elements.length > 0) z[largestOf(x, elements)] += g[o]; });
    return z;
  };
};
ops.avg_pool2d = ({ shape, attributes, inputs: [of_x] }) => {
  const each = forWindows(attributes, of_x, shape);
  return (x) => {
    const y = new Float64Array(sizeOf(shape));
    each((o, elements, count) => { for (const i of elements) y[o] += x[i] / count; });
    return y;
  };
};
ops.avg_pool2d_gradient = ({ shape, attributes, inputs: [of_y] }) => {
  const each = forWindows(attributes, shape, of_y);
  return (g) => {
    const z = new Float64Array(sizeOf(shape));
    each((o, elements, count) => { for (const i of elements) z[i] += g[o] / count; });
    return z;
  };
};

// ---- The network ----

// float32 numbers in base64, as float64.
function decoded(text) {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = letters.charCodeAt(i);
  return Float64Array.from(new Float32Array(bytes.buffer));
}

// JSON has no infinite numbers: they are their names.
function numbersOf(attributes) {
  const isNumber = (value) => ["NaN", "Infinity", "-Infinity"].includes(value);
  return Object.fromEntries(Object.entries(attributes).map(([name, v]) => [name, isNumber(v) ? Number(v) : v]));
}

// The function that begins a run, which is value(place, feeds): the numbers of the node at a place of the list. Nodes
// are computed in their order, each once in a run; `feeds` has the numbers of the inputs, by name, that are reached.
function network({ nodes }) {
  const computations = nodes.map((node) => {
    if (node.input) return (values, feeds) => feeds[node.input];
    if (node.numbers !== undefined) {
      const numbers = decoded(node.numbers);
      return () => numbers;
    }
    const shapes = node.inputs.map((place) => nodes[place].shape);
    const forward = ops[node.op]({ shape: node.shape, attributes: numbersOf(node.attributes ?? {}), inputs: shapes });
    return (values) => forward(...node.inputs.map((place) => values[place]));
  });
  return () => {
    const values = [];
    return (place, feeds) => {
      while (values.length <= place) values.push(computations[values.length](values, feeds));
      return values[place];
    };
  };
}
