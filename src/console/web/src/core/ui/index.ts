// SPDX-License-Identifier: GPL-3.0-or-later
// All but Chart, which is imported from './chart' so that only pages that draw carry it.
export * from './basics';
export * from './icons';
export * from './overlay';
export * from './region';
export * from './table';
export * from './tabs';
