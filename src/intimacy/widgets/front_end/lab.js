// A lab whose picture follows its controls.

export default {
  render({ model, el, signal }) {
    const source = new LiveSource(model, el, signal);
    new LabView(source, el, signal);
  },
};
