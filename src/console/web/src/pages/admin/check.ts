// SPDX-License-Identifier: GPL-3.0-or-later
// What a form must hold before it is sent, as the service says it. The service has the last word.
const encoder = new TextEncoder();

export function bytes(text: string): number {
  return encoder.encode(text).length;
}

export const PASSWORD_MAX = 256; // bytes

export function isName(text: string): boolean {
  return bytes(text) >= 1 && bytes(text) <= 63;
}

export function isPassword(text: string): boolean {
  return bytes(text) >= 10 && bytes(text) <= PASSWORD_MAX;
}

export function isRegion(text: string): boolean {
  return /^\d{2,6}$/.test(text);
}

// "2101, 2106 " → "2101,2106"
export function tidyRegions(text: string): string {
  return text.split(/[\s,，、]+/).filter((one) => one !== '').join(',');
}

export function areRegions(text: string): boolean {
  return text === '' || text.split(',').every(isRegion);
}

// Whether plain http is allowed is for the service to say.
export function isWebhookUrl(text: string): boolean {
  return bytes(text) <= 500 && /^https?:\/\/[^\s/?#]+(\/\S*)?$/.test(text);
}

export function areDays(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 366;
}
