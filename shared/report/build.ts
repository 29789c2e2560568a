import type { Cell, Column, Fact, Facts, Section, Table, Text, Unit } from './document.js';

/** Short ways to write a document down. */
export const section = (id: string, title: string, ...blocks: Section['blocks']): Section => ({ id, title, blocks });

export const text = (content: string): Text => ({ kind: 'text', text: content });

export const fact = (id: string, label: string, value: Cell, unit?: Unit): Fact => ({
  id,
  label,
  value,
  ...(unit && { unit }),
});

export const facts = (id: string, ...list: Fact[]): Facts => ({ kind: 'facts', id, facts: list });

export const column = (id: string, label: string, unit?: Unit): Column => ({ id, label, ...(unit && { unit }) });

/** A table of few rows that are there already. */
export const table = (about: Omit<Table, 'kind' | 'rows'>, rows: Cell[][]): Table => ({
  kind: 'table',
  ...about,
  rows: () => [rows],
});
