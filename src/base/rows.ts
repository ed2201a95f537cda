/** Rows of a table by a name that comes from outside. */
/** Whatever stands in the name's place, and names like "constructor" too, find no row instead of something inherited. */

export function findRow<Row>(table: Readonly<Record<string, Row>>, name: unknown): Row | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
