// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart shows under the pointer, made of elements: no HTML from strings.
export function tooltip(title: string, lines: readonly (readonly [string, string])[]): HTMLElement {
  const box = document.createElement('div');
  const head = document.createElement('strong');
  head.textContent = title;
  box.className = 'chart-tip';
  box.append(head);
  for (const [name, value] of lines) {
    const line = document.createElement('div');
    const left = document.createElement('span');
    const right = document.createElement('span');
    left.textContent = name;
    right.textContent = value;
    line.append(left, right);
    box.append(line);
  }
  return box;
}
