export function bundleGateway(outFile?: string): Promise<string>;
