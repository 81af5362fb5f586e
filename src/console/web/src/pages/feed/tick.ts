// SPDX-License-Identifier: GPL-3.0-or-later
// A short soft tick, made here: no file is fetched.
let context: AudioContext | null = null;

const HERTZ = 660;
const VOLUME = 0.06;
const SECONDS = 0.12;

export function tick(): void {
  context ??= new AudioContext();
  const start = context.currentTime;
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = HERTZ;
  gain.gain.setValueAtTime(VOLUME, start);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + SECONDS);
  tone.connect(gain).connect(context.destination);
  tone.start(start);
  tone.stop(start + SECONDS);
}
