export {createInspection, type Inspection, type Unrestorable} from './inspection.ts';
export {listSets, type Listing} from './list.ts';
export {verifications, withHold, withMarks} from './marks.ts';
export {openManifest, sealManifest, summaryOf} from './manifest.ts';
export {
  createRepositories,
  everywhere,
  type NamedRepository,
  type Repositories,
  type Surveyed,
} from './repositories.ts';
export {requireRestorable} from './restorable.ts';
export {createSets, isAhead, MANIFEST_FILE, setsOf, setTags, type Sets, type Unreadable} from './sets.ts';
