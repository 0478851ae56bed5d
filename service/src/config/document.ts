import {isDeepStrictEqual} from 'node:util';
import {isAlias, isCollection, isMap, isNode, isSeq, parseDocument, type Document} from 'yaml';
import {Failure} from '../kernel/failure.ts';

/** One setting and what it becomes; undefined takes it out. Entries of a list are known by their `name`: `schedules`, `nightly`, `cron`. */
export type Assignment = {path: readonly string[]; value: unknown};

type Values = Record<string, unknown>;
type Commented = {comment?: unknown; commentBefore?: unknown; spaceBefore?: unknown};
type Named = Values & {name: string};

/**
 * The text of a configuration with some settings changed. `lists`: sections that are lists, for those that do not stand there yet. Comments, order and spelling of everything else stay.
 * @throws Failure POLICY_INVALID when a setting is below a value that holds none, POLICY_NOT_EDITABLE where the file uses anchors
 */
export function withAssignments(text: string, assignments: readonly Assignment[], lists: ReadonlySet<string>): string {
  const document = parseDocument(text);
  for (const {path, value} of assignments) {
    if (value === undefined) {
      remove(document, path);
    } else {
      beginList(document, path, lists);
      assign(document, path, value);
    }
  }
  return document.toString({
    lineWidth: 0,
    indentSeq: !/^\S[^\n]*:\n- /m.test(text),
    flowCollectionPadding: !/[[{]\S/.test(text),
  });
}

function beginList(document: Document, [section = '', ...below]: readonly string[], lists: ReadonlySet<string>): void {
  if (below.length > 0 && lists.has(section) && document.get(section) === undefined) {
    document.set(section, document.createNode([]));
  }
}

function assign(document: Document, path: readonly string[], value: unknown): void {
  const place: (string | number)[] = [];
  for (const [index, key] of path.entries()) {
    const parent = nodeAt(document, place);
    if (parent !== undefined && parent !== null && !isCollection(parent)) {
      refuseBelow(parent, path.slice(0, index));
    }
    if (isSeq(parent)) {
      const at = indexOf(parent.items, key);
      place.push(at === -1 ? parent.items.length : at);
      if (at === -1 && index < path.length - 1) {
        document.setIn(place, document.createNode({name: key}));
      }
    } else {
      place.push(key);
    }
  }
  const former = nodeAt(document, place);
  const node = document.createNode(value) as Commented;
  if (isNode(former)) {
    // What somebody noted at the old value is about the setting.
    const {comment, commentBefore, spaceBefore} = former as Commented;
    Object.assign(node, {comment, commentBefore, spaceBefore});
  }
  document.setIn(place, node);
}

function remove(document: Document, path: readonly string[]): void {
  const place: (string | number)[] = [];
  for (const key of path) {
    const parent = nodeAt(document, place);
    if (!isCollection(parent)) {
      return;
    }
    place.push(isSeq(parent) ? indexOf(parent.items, key) : key);
  }
  document.deleteIn(place);
}

function nodeAt(document: Document, place: readonly (string | number)[]): unknown {
  return place.length === 0 ? document.contents : document.getIn(place, true);
}

const indexOf = (items: readonly unknown[], name: string): number =>
  items.findIndex((item) => isMap(item) && item.get('name') === name);

function refuseBelow(node: unknown, path: readonly string[]): never {
  const name = path.join('.');
  if (isAlias(node)) {
    throw new Failure('POLICY_NOT_EDITABLE', `${name} is written as a reference to another place of the file.`);
  }
  throw new Failure('POLICY_INVALID', `${name} is one value; it has no settings below it.`);
}

/** What makes the one of the other. Entries of lists whose entries have names are compared by name, in whatever order they stand. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): Assignment[] {
  if (isDeepStrictEqual(before, after)) {
    return [];
  }
  const two = membersOf(after);
  // A map that was not there is one that was empty.
  const one = before === undefined && !Array.isArray(after) ? {} : membersOf(before);
  if (one === null || two === null || (before !== undefined && Array.isArray(before) !== Array.isArray(after))) {
    return [{path, value: after}];
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(two)]);
  return [...keys].flatMap((key) =>
    // A new entry of a list is written whole: on its own it may be checked before its other settings are there.
    one[key] === undefined && Array.isArray(after)
      ? [{path: [...path, key], value: two[key]}]
      : differences(one[key], two[key], [...path, key]),
  );
}

/** The settings in a map, or the entries of a list by their names; null for what is one value. */
function membersOf(value: unknown): Values | null {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isNamed)
      ? Object.fromEntries(value.map((entry) => [entry.name, entry]))
      : null;
  }
  return isValues(value) ? value : null;
}

const isValues = (value: unknown): value is Values => value !== null && typeof value === 'object';
const isNamed = (value: unknown): value is Named => isValues(value) && typeof value['name'] === 'string';
