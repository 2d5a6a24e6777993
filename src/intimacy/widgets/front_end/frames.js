// Pictures that are there before they are asked for: the stops of one control, all else as it is.

const EXPECT = 150; // ms without change before pictures are asked for
const REST = 250; // ms that a picture which was there stands before Python is told of it

const valueKey = (value) => JSON.stringify(value);

// All that a picture depends on but one control.
const lineKey = (name, { values, seed }) =>
  JSON.stringify([seed, ...Object.keys(values).filter((each) => each !== name).sort().map((each) => [each, values[each]])]);

// The pictures along one control. Each holds what differs from the base, the picture from which they were asked.
class Line {
  constructor(name, base, films) {
    this.name = name;
    this.base = base;
    this.films = films;
    this.key = lineKey(name, base);
    this.stops = new Map();
    this.done = false; // all have come
    this.cut = false; // no more will come, as others were asked for
  }

  add(stops, block) {
    for (const stop of stops) this.stops.set(valueKey(stop.value), { ...stop, block });
  }

  // The picture at a state, or undefined where there is none.
  at(state) {
    if (lineKey(this.name, state) !== this.key) return undefined;
    const value = state.values[this.name];
    if (valueKey(value) === valueKey(this.base.values[this.name])) return this.base;
    const stop = this.stops.get(valueKey(value));
    if (!stop) return undefined;
    const { shown, sentence, code, layout, block } = stop;
    const traces = mapped(stop.traces, (arrays, key) => {
      const old = this.films.includes(key) ? mapped(this.base.traces[key] ?? {}, lastRow) : this.base.traces[key];
      return mapped(arrays, (place, path) => (place === null ? old[path] : taken(place, block)));
    });
    return { ...this.base, values: { ...state.values }, shown, sentence, code, layout, traces, partial: this.films.length > 0 };
  }

  // Whether the stops on both sides are there or may still come.
  covers(value, { low, high, step }) {
    if (this.cut) return false;
    if (!this.done || typeof step !== "number") return true;
    const here = Math.round((value - low) / step);
    return [here - 1, here + 1]
      .map((index) => Number((low + index * step).toFixed(10)))
      .every((each) => each < low || each > high || this.stops.has(valueKey(each)) || each === this.base.values[this.name]);
  }
}

// Numbers out of a block, as a copy of their own: Jupyter would send a whole block on with each view of it.
function taken(place, block) {
  if (place?.at === undefined) return place;
  const from = block.byteOffset + place.at;
  const values = new DataView(block.buffer.slice(from, from + place.size));
  return place.row === undefined ? values : { row: place.row, values };
}

function lastRow(value) {
  if (value?.row === undefined) return value;
  const { row, values } = value;
  const end = values.byteOffset + values.byteLength;
  return { row, values: new DataView(values.buffer.slice(Math.max(values.byteOffset, end - 4 * row), end)) };
}
