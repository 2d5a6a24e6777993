// A solid body above a picture: glass around parts that take colours from values, once per panel, all from one side.
// WebGL draws it; where there is none, or the learner asks, the same body is drawn flat from one fixed side.

const HEAT = {
  light: ["#dcd8d0", "#f9c45c", "#e0452e", "#7d0022"],
  dark: ["#4b4a48", "#b06a1f", "#f0603f", "#ffd9a8"],
};

const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);

// The colour of a value between 0 and 1.
function heat(shade, theme) {
  const stops = HEAT[theme].map(channels);
  const at = Math.min(Math.max(shade, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(at), stops.length - 2);
  return stops[index].map((from, channel) => from + (stops[index + 1][channel] - from) * (at - index));
}

const css = (color) => `rgb(${color.map((part) => Math.round(part * 255)).join(" ")})`;

const svg = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

// Rows of three whole numbers of 16 bits. They come column by column, as steps from row to row, low bytes first.
async function rowsOf(view, Kind) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const count = bytes.length / 2;
  const rows = new Kind(count);
  for (let column = 0, from = 0; column < 3; column += 1) {
    let value = 0;
    for (let at = column; at < count; at += 3, from += 1) rows[at] = value += bytes[from] + 256 * bytes[count + from];
  }
  return rows;
}

// Turn about the vertical, then tilt: rows give to the right, away from the viewer, up.
function rotation([turn, tilt]) {
  const [c, s] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const [d, t] = [Math.cos((tilt * Math.PI) / 180), Math.sin((tilt * Math.PI) / 180)];
  return [
    [c, -s, 0],
    [s * d, c * d, -t],
    [s * t, c * t, d],
  ];
}

const turned = (matrix, point) => matrix.map((row) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2]);

function normalsOf({ points, corners, pieces }) {
  const normals = new Float32Array(points.length);
  const coarse = pieces.find((piece) => piece.kind === "coarse");
  for (let at = 0; at < (coarse?.first ?? corners.length); at += 3) {
    const [a, b, c] = [3 * corners[at], 3 * corners[at + 1], 3 * corners[at + 2]];
    const [ux, uy, uz] = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]];
    const [vx, vy, vz] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const corner of [a, b, c]) for (let axis = 0; axis < 3; axis += 1) normals[corner + axis] += normal[axis];
  }
  return normals;
}

const VERTEX = `
attribute vec3 point;
attribute vec3 normal;
uniform mat3 turn;
uniform vec3 centre;
uniform vec2 scale;
uniform vec2 depth;
varying vec3 facing;
void main() {
  vec3 seen = turn * (point - centre);
  facing = turn * normal;
  gl_Position = vec4(seen.x * scale.x, seen.z * scale.y, seen.y * depth.x + depth.y, 1.0);
}`;

// Light from above and from the viewer; glass is seen at its rim and hardly where one looks straight through.
const FRAGMENT = `
precision mediump float;
uniform vec3 color;
uniform float glass;
varying vec3 facing;
void main() {
  vec3 n = normalize(facing);
  float front = abs(n.y);
  if (glass > 0.5) {
    float rim = pow(1.0 - front, 2.0);
    gl_FragColor = vec4(color, 1.0) * (0.04 + 0.26 * rim);
  } else {
    float light = 0.62 + 0.30 * front + 0.12 * n.z * sign(-n.y);
    gl_FragColor = vec4(color * light, 1.0);
  }
}`;

// One WebGL canvas that holds the body.
class Layer {
  // Returns nothing where the browser has no WebGL.
  static on(canvas, body) {
    const gl = canvas.getContext("webgl", { alpha: true, antialias: false, premultipliedAlpha: true });
    return gl && new Layer(gl, canvas, body);
  }

  constructor(gl, canvas, body) {
    this.gl = gl;
    this.canvas = canvas;
    this.body = body;
    this.program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    gl.useProgram(this.program);
    const names = ["turn", "centre", "scale", "depth", "color", "glass"];
    this.uniforms = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(this.program, name)]));
    for (const [name, data] of [
      ["point", body.points],
      ["normal", body.normals],
    ]) {
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
      const place = gl.getAttribLocation(this.program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, body.corners, gl.STATIC_DRAW);
    gl.enable(gl.DEPTH_TEST);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.uniform3fv(this.uniforms.centre, body.centre);
  }

  draw(panels, paint) {
    const { gl, uniforms } = this;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    for (const [index, { x, y, width, height, zoom, matrix }] of panels.entries()) {
      gl.viewport(x, this.canvas.height - y - height, width, height);
      gl.uniformMatrix3fv(uniforms.turn, false, matrix[0].flatMap((_, column) => matrix.map((row) => row[column])));
      gl.uniform2f(uniforms.scale, (2 * zoom) / width, (2 * zoom) / height);
      gl.uniform2f(uniforms.depth, 0.9 / this.body.radius, 0);
      paint(index);
    }
  }

  pieces(kinds, colorOf) {
    const { gl, body, uniforms } = this;
    for (const piece of body.pieces.filter((each) => kinds.includes(each.kind))) {
      gl.uniform3fv(uniforms.color, colorOf(piece));
      gl.drawElements(gl.TRIANGLES, piece.count, gl.UNSIGNED_SHORT, 2 * piece.first);
    }
  }

  // Wait until all is painted.
  finish() {
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  close() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

const PARTS = ["value", "still", "marker"];
const SLOW = 25; // ms: a machine that draws in software

// Parts on one canvas, the glass on another above it: new colours leave the glass, which is nearly all of the work, alone.
class GlassRenderer {
  static on(canvas, above, body) {
    const parts = Layer.on(canvas, body);
    return parts && new GlassRenderer(parts, Layer.on(above, body));
  }

  constructor(parts, glass) {
    this.parts = parts;
    this.glass = glass;
    this.slow = false;
    this.drawn = null;
  }

  draw(panels, colors, tint, moving, key) {
    this.parts.gl.uniform1f(this.parts.uniforms.glass, 0);
    this.parts.draw(panels, (index) => this.parts.pieces(PARTS, (piece) => colors[index][piece.name]));
    if (key === this.drawn) return;
    const first = this.drawn === null;
    this.drawn = key;
    this.drawGlass(panels, tint, moving);
    if (!first) return;
    this.glass.finish();
    const began = performance.now();
    this.drawGlass(panels, tint, moving);
    this.glass.finish();
    this.slow = performance.now() - began > SLOW;
  }

  drawGlass(panels, tint, moving) {
    const { gl, uniforms } = this.glass;
    const shell = this.slow && moving ? ["coarse"] : ["shell"];
    this.glass.draw(panels, () => {
      gl.disable(gl.BLEND);
      gl.depthMask(true);
      gl.colorMask(false, false, false, false); // the parts only hide what glass is behind them
      gl.uniform1f(uniforms.glass, 0);
      this.glass.pieces(PARTS, () => tint);
      gl.enable(gl.BLEND);
      gl.depthMask(false);
      gl.colorMask(true, true, true, true);
      gl.uniform1f(uniforms.glass, 1);
      this.glass.pieces(shell, () => tint);
      gl.depthMask(true);
    });
  }

  close() {
    this.parts.close();
    this.glass.close();
  }
}

// The same body without light and depth: each part as its shadow, the small ones over the large.
class FlatRenderer {
  constructor(canvas, body) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.body = body;
    this.shadows = new Map(); // for one size and side
    this.order = body.pieces.filter((piece) => piece.kind !== "coarse").sort((a, b) => b.count - a.count);
  }

  draw(panels, colors, glass) {
    const { pen } = this;
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const [index, panel] of panels.entries()) {
      for (const piece of this.order) {
        const shell = piece.kind === "shell";
        pen.save();
        pen.translate(panel.x + panel.width / 2, panel.y + panel.height / 2);
        pen.globalAlpha = shell ? 0.3 : 1;
        pen.fillStyle = css(shell ? glass : colors[index][piece.name]);
        pen.fill(this.shadow(piece, panel), "nonzero");
        pen.restore();
      }
    }
  }

  shadow(piece, { zoom, matrix }) {
    if (this.zoom !== zoom) this.shadows.clear();
    this.zoom = zoom;
    if (!this.shadows.has(piece.name)) {
      const { points, corners, centre } = this.body;
      const path = new Path2D();
      for (let at = piece.first; at < piece.first + piece.count; at += 3) {
        const seen = [0, 1, 2].map((corner) => {
          const first = 3 * corners[at + corner];
          const [x, , z] = turned(matrix, [0, 1, 2].map((axis) => points[first + axis] - centre[axis]));
          return [x * zoom, -z * zoom];
        });
        // Drawn round the same way, so that neighbours add up to one shadow.
        const [[ax, ay], [bx, by], [cx, cy]] = seen;
        if ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax) < 0) seen.reverse();
        path.moveTo(...seen[0]);
        path.lineTo(...seen[1]);
        path.lineTo(...seen[2]);
        path.closePath();
      }
      this.shadows.set(piece.name, path);
    }
    return this.shadows.get(piece.name);
  }

  close() {}
}

const PANEL_HEIGHT = 236;
const TITLE_HEIGHT = 26;
const LABEL_LINE = 21;
const LABEL_ROOM = 64;
const SIDE_BY_SIDE = 470; // narrower than this, panels stand below each other

class Body {
  constructor(parent, description, model, signal) {
    this.description = description;
    this.model = model;
    this.signal = signal;
    this.angles = Object.values(description.views)[0];
    this.row = null;
    this.flat = false;
    this.values = description.pieces.filter((piece) => piece.kind === "value");
    this.paint = coalesced(() => this.draw());
    this.node = element("div", { class: "solid" });
    this.stage = element("div", { class: "body-stage" });
    this.overlay = svg("svg", { "aria-hidden": "true", focusable: "false" });
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.above = element("canvas", { "aria-hidden": "true" });
    this.stage.append(this.canvas, this.above, this.overlay);
    this.words = element("p", { class: "aloud" });
    this.node.append(this.buildViews(), this.stage, this.buildScale(), element("p", { class: "note", text: description.note }));
    this.stage.append(this.words);
    parent.append(this.node);
    this.listen();
  }

  async start() {
    const { per_unit: perUnit, pieces } = this.description;
    const come = async (name, Kind) => rowsOf(await sent(this.model, this.description[name]), Kind);
    const [points, corners] = await Promise.all([come("points", Int16Array), come("corners", Uint16Array)]);
    if (this.signal.aborted) return;
    let first = 0;
    this.body = {
      points: Float32Array.from(points, (each) => each / perUnit),
      corners,
      pieces: pieces.map((piece) => ({ ...piece, first: (first += piece.count) - piece.count })),
    };
    const ends = [0, 1, 2].map((axis) => {
      const line = this.body.points.filter((_, index) => index % 3 === axis);
      return [line.reduce((a, b) => Math.min(a, b)), line.reduce((a, b) => Math.max(a, b))];
    });
    this.body.centre = ends.map(([low, high]) => (low + high) / 2);
    this.body.halves = ends.map(([low, high]) => (high - low) / 2);
    this.body.radius = Math.hypot(...this.body.halves);
    this.body.normals = normalsOf(this.body);
    this.renderer = GlassRenderer.on(this.canvas, this.above, this.body);
    if (!this.renderer) {
      this.flatButton.hidden = true;
      this.turnFlat(true);
    }
    this.paint();
  }

  buildViews() {
    const { views } = this.description;
    this.viewButtons = Object.fromEntries(
      Object.entries(views).map(([name, angles]) => [name, button(name, () => this.lookFrom(angles), { "aria-pressed": "false" })]),
    );
    const turn = (label, change) => button(label, () => this.lookFrom([this.angles[0] + change[0], this.angles[1] + change[1]]));
    this.turners = element(
      "span",
      { class: "row" },
      ...Object.values(this.viewButtons),
      turn("Turn left", [-30, 0]),
      turn("Turn right", [30, 0]),
    );
    this.flatButton = button("Draw it flat", () => this.turnFlat(!this.flat), { "aria-pressed": "false" });
    return element("div", { class: "row views", role: "group", "aria-label": "Look at the body from" }, this.turners, this.flatButton);
  }

  buildScale() {
    const { low, high } = this.description;
    this.bar = element("span", { class: "bar" });
    return element("p", { class: "scale", "aria-hidden": "true" }, element("span", { text: low }), this.bar, element("span", { text: high }));
  }

  // A drag turns the body. Up and down stays free for scrolling on a touch screen.
  listen() {
    let from = null;
    const { signal } = this;
    this.stage.addEventListener(
      "pointerdown",
      (event) => {
        if (this.flat) return;
        from = { x: event.clientX, y: event.clientY, angles: this.angles };
        this.stage.setPointerCapture(event.pointerId);
      },
      { signal },
    );
    this.stage.addEventListener(
      "pointermove",
      (event) => {
        if (!from) return;
        const tilt = from.angles[1] + (event.clientY - from.y) * 0.5;
        this.look([from.angles[0] + (event.clientX - from.x) * 0.5, Math.min(90, Math.max(-90, tilt))], true);
      },
      { signal },
    );
    for (const end of ["pointerup", "pointercancel"]) this.stage.addEventListener(end, () => (from = null), { signal });
    const observer = new ResizeObserver(() => this.paint());
    observer.observe(this.stage);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.renderer?.close();
    });
  }

  look(angles, moving = false) {
    this.angles = angles;
    this.moving = moving;
    clearTimeout(this.rest);
    if (moving) this.rest = setTimeout(() => this.look(this.angles), 150);
    this.paint();
  }

  // Goes there in a third of a second, by the shorter way; at once for people who want less motion.
  lookFrom([turn, tilt]) {
    const start = this.angles;
    const way = [((((turn - start[0]) % 360) + 540) % 360) - 180, tilt - start[1]];
    if (Math.abs(start[1] + way[1]) > 90) way[1] = -start[1];
    const goal = start.map((each, index) => each + way[index]);
    if (prefersReducedMotion()) {
      this.look(goal);
      return;
    }
    const began = performance.now();
    const step = (now) => {
      const share = Math.min((now - began) / 330, 1);
      this.look(share === 1 ? goal : start.map((each, index) => each + way[index] * share * (2 - share)), share < 1);
      if (share < 1 && !this.signal.aborted) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  turnFlat(flat) {
    this.flat = flat;
    this.node.toggleAttribute("data-flat", flat);
    this.flatButton.setAttribute("aria-pressed", String(flat));
    this.turners.hidden = flat;
    this.renderer?.close();
    for (const name of ["canvas", "above"]) {
      const canvas = element("canvas", { "aria-hidden": "true" });
      this[name].replaceWith(canvas);
      this[name] = canvas;
    }
    this.renderer = flat ? new FlatRenderer(this.canvas, this.body) : GlassRenderer.on(this.canvas, this.above, this.body);
    this.paint();
  }

  show({ shade, value }) {
    this.row = { shade, value };
    this.words.textContent = this.description.panels
      .map((panel, index) => `${panel}: ${this.values.map((piece, at) => `${piece.words} ${this.number(index, at)}`).join(", ")}.`)
      .join(" ");
    this.paint();
  }

  number(panel, at) {
    return this.row.value[panel * this.values.length + at].toFixed(2).replace("-", "−");
  }

  retheme(theme) {
    this.theme = theme;
    this.bar.style.background = `linear-gradient(to right, ${HEAT[theme].join(", ")})`;
    this.paint();
  }

  // Where each panel stands and from where it is looked at.
  panels(width) {
    const { panels, views, flat_view: flatView } = this.description;
    const across = width < SIDE_BY_SIDE ? 1 : panels.length;
    const room = width / across;
    const height = Math.min(PANEL_HEIGHT, Math.max(0.72 * room, 180));
    const matrix = rotation(this.flat ? views[flatView] : this.angles);
    const [wide, , tall] = matrix.map((row) => 2 * Math.hypot(...row.map((each, axis) => each * this.body.halves[axis])));
    return panels.map((title, index) => ({
      title,
      x: (index % across) * room,
      y: Math.floor(index / across) * (height + TITLE_HEIGHT) + TITLE_HEIGHT,
      width: room,
      height,
      zoom: 0.96 * Math.min((room - LABEL_ROOM) / wide, height / tall),
      matrix,
    }));
  }

  draw() {
    const width = this.stage.clientWidth;
    if (!this.renderer || !this.row || !this.theme || width === 0) return;
    const panels = this.panels(width);
    const height = Math.max(...panels.map((panel) => panel.y + panel.height));
    // Twice the pixels smooth the edges; a slow machine leaves them out while the body turns.
    const ratio = this.moving && this.renderer.slow ? 1 : 2;
    for (const canvas of [this.canvas, this.above]) {
      if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
      if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    }
    this.stage.style.height = `${height}px`;
    const grey = channels(this.theme === "dark" ? "#8a8a8a" : "#6e6e6e");
    const glass = channels(this.theme === "dark" ? "#d6dde2" : "#5c6670");
    const count = this.values.length;
    const scaled = panels.map((panel) => ({
      ...panel,
      ...Object.fromEntries(["x", "y", "width", "height", "zoom"].map((name) => [name, panel[name] * ratio])),
    }));
    const colors = panels.map((_, index) =>
      Object.fromEntries([
        ...this.description.pieces.map((piece) => [piece.name, grey]),
        ...this.values.map((piece, at) => [piece.name, heat(this.row.shade[index * count + at], this.theme)]),
      ]),
    );
    this.renderer.draw(scaled, colors, glass, this.moving, [width, ratio, this.theme, ...this.angles].join(" "));
    this.drawLabels(panels, width, height);
    for (const [name, angles] of Object.entries(this.description.views)) {
      const there = [0, 1].every((axis) => Math.abs((angles[axis] - this.angles[axis]) % 360) < 0.5);
      this.viewButtons[name].setAttribute("aria-pressed", String(there));
    }
  }

  // Labels stand in columns at both edges of a panel, each tied to its part by a line.
  drawLabels(panels, width, height) {
    this.overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const nodes = panels.flatMap((panel, index) => {
      const middle = [panel.x + panel.width / 2, panel.y + panel.height / 2];
      const labels = this.body.pieces.filter((piece) => piece.label).map((piece) => {
        const at = this.values.findIndex((each) => each.name === piece.name);
        const seen = piece.anchors.map((anchor) => turned(panel.matrix, anchor.map((each, axis) => each - this.body.centre[axis])));
        const [x, , z] = seen.reduce((near, each) => (each[1] < near[1] - 0.5 ? each : near));
        const place = [middle[0] + x * panel.zoom, middle[1] - z * panel.zoom];
        return { place, words: at < 0 ? piece.label : `${piece.label} ${this.number(index, at)}` };
      });
      labels.sort((a, b) => a.place[0] - b.place[0]);
      const half = Math.ceil(labels.length / 2);
      return [
        this.text(panel.x + 2, panel.y - 9, "panel-title", panel.title, "start"),
        ...this.column(labels.slice(0, half), "start", panel),
        ...this.column(labels.slice(half), "end", panel),
      ];
    });
    this.overlay.replaceChildren(...nodes);
  }

  column(labels, side, { x, y, width, height }) {
    labels.sort((a, b) => a.place[1] - b.place[1]);
    const rows = [];
    for (const { place } of labels) rows.push(Math.max(place[1], (rows.at(-1) ?? y) + LABEL_LINE));
    const over = Math.max(0, rows.at(-1) + 6 - (y + height));
    const edge = side === "start" ? x + 2 : x + width - 6;
    return labels.flatMap(({ place, words }, index) => {
      const row = rows[index] - over;
      const end = this.text(edge, row, "", words, side);
      const reach = 8 * words.length;
      const inner = side === "start" ? edge + reach : edge - reach;
      return [svg("path", { class: "leader", d: `M${inner} ${row - 5}L${place[0]} ${place[1]}` }), end];
    });
  }

  text(x, y, name, words, anchor) {
    const node = svg("text", { x, y, class: name, "text-anchor": anchor });
    node.textContent = words;
    return node;
  }
}
