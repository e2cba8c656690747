import { directoryConformance } from './directory.conformance.js';
import { MemoryDirectory } from './memory-directory.js';

directoryConformance('the directory in memory', (entriesMax) => new MemoryDirectory(entriesMax));
