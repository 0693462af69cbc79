
const program = fetch('/pkg/countinghouse_bg.wasm');
const glue = await import('/pkg/countinghouse.js');
await glue.default({ module_or_path: program });
glue.hydrate();
const around = [];
const wake = (node) => {
  if (node.localName === 'leptos-island') {
    around.at(-1)?.();
    glue[node.dataset.component]?.(node);
  }
  const inner = node.localName === 'leptos-children';
  if (inner) around.push(node.$$on_hydrate);
  for (const child of node.children) wake(child);
  if (inner) around.pop();
};
wake(document.body);
document.documentElement.dataset.hydrated = 'true';
