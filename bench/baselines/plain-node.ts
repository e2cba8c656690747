/** R5: a plain node process that listens; what a process costs that does nothing. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { address, port } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as { address: string; port: number };
createServer((_request, response) => response.end()).listen(port, address);
