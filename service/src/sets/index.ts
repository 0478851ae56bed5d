export {openManifest, sealManifest, summaryOf} from './manifest.ts';
export {findUnrestorable, requireRestorable} from './restorable.ts';
export {createSets, MANIFEST_FILE, setTags, type Sets, type Unreadable} from './sets.ts';
