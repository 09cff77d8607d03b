/** One line of `dfu-util --list`: an alternate setting of a device. */
export interface ListedAlternate {
  readonly vendorId: number;
  readonly productId: number;
  /** BCD. */
  readonly bcdDevice: number;
  readonly address: number;
  readonly path: string;
  readonly alternate: number;
  readonly name: string;
  readonly serial: string;
  /** The interface is one of an application: a DETACH leads to DFU mode. */
  readonly isRuntime: boolean;
}

const LINE =
  /^Found (DFU|Runtime): \[([0-9a-f]{4}):([0-9a-f]{4})\] ver=([0-9a-f]{4}), devnum=(\d+), cfg=\d+, intf=\d+, path="([^"]*)", alt=(\d+), name="([^"]*)", serial="([^"]*)"$/gm;

/** Reads what dfu-util 0.11 prints of the devices it finds, by number of the alternate setting. */
export function parseDfuUtilList(output: string): readonly ListedAlternate[] {
  return [...output.matchAll(LINE)]
    .map(([, kind, vendor, product, version, address, path, alternate, name, serial]) => ({
      vendorId: Number.parseInt(vendor as string, 16),
      productId: Number.parseInt(product as string, 16),
      bcdDevice: Number.parseInt(version as string, 16),
      address: Number(address),
      path: path as string,
      alternate: Number(alternate),
      name: name as string,
      serial: serial as string,
      isRuntime: kind === 'Runtime',
    }))
    .sort((a, b) => a.alternate - b.alternate);
}
