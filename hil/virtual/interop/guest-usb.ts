import { z } from 'zod';
import type { Guest } from './guest.ts';

/** A device that the guest has attached over USB/IP. */
export interface AttachedDevice {
  /** Port of the guest's virtual host controller, as `usbip port` numbers them. */
  readonly port: number;
  /** Path through the guest's hubs, as lsusb and dfu-util tell it: `1-1`. */
  readonly path: string;
  /** Address that the guest's kernel has given it. */
  readonly address: number;
}

const ATTACH_MS = 30_000;

/**
 * The kernel's own list of the controller's ports (Documentation/ABI/testing/sysfs-platform-vhci_hcd) beside what usbip(8) keeps per
 * port in /var/run: "HOST PORT BUSID".
 */
const FUNCTIONS = `
record() { grep -lx "$1" /var/run/vhci_hcd/port* 2>/dev/null | sed 's/.*port//' | tail -n 1; }
unused() { cat /sys/devices/platform/vhci_hcd.*/status* | awk -v port="$1" '$2 + 0 == port && $3 == 4 { found = 1 } END { exit !found }'; }
place() { cat /sys/devices/platform/vhci_hcd.*/status* | awk -v port="$1" '$2 + 0 == port && $3 == 6 { print $NF }'; }
`;

const attachedSchema = z.strictObject({ port: z.number().int(), path: z.string().min(1), address: z.number().int() });

/**
 * Attaches a device that a USB/IP server on the host's loopback exports, with the distribution's own `usbip`, and waits until the guest's
 * kernel has configured it and udev has made its nodes.
 * @throws Error with what `usbip` and the kernel said, if that does not come about in time.
 */
export async function attach(
  guest: Guest,
  server: { readonly port: number; readonly busid: string },
  { withinMs = ATTACH_MS }: { readonly withinMs?: number } = {},
): Promise<AttachedDevice> {
  const said = await guest.must(
    `# attach ${server.busid} of the USB/IP server on port ${server.port}
${FUNCTIONS}
wanted="${guest.host} ${server.port} ${server.busid}"
# What an earlier attachment left when its server ended it.
grep -lx "$wanted" /var/run/vhci_hcd/port* 2>/dev/null | xargs -r rm
usbip --tcp-port ${server.port} attach -r ${guest.host} -b ${server.busid} >&2 || exit 1
until port=$(record "$wanted"); [ -n "$port" ]; do sleep 0.02; done
until path=$(place "$port"); [ -n "$path" ] && [ -n "$(cat /sys/bus/usb/devices/$path/bConfigurationValue 2>/dev/null)" ]; do sleep 0.02; done
udevadm settle
printf '{"port":%d,"path":"%s","address":%d}' "$port" "$path" "$(cat /sys/bus/usb/devices/$path/devnum)"`,
    { withinMs },
  );
  return attachedSchema.parse(JSON.parse(said));
}

/** Takes a device off, as when its cable is pulled at the guest's end, and waits until the kernel has forgotten it. */
export async function detach(guest: Guest, device: AttachedDevice): Promise<void> {
  await guest.must(`usbip detach -p ${device.port} >&2`);
  await untilGone(guest, device);
}

/** Waits until the guest's kernel has forgotten this device, whoever took it off. */
export async function untilGone(
  guest: Guest,
  device: AttachedDevice,
  { withinMs = ATTACH_MS }: { readonly withinMs?: number } = {},
): Promise<void> {
  const node = `/sys/bus/usb/devices/${device.path}/devnum`;
  await guest.must(
    `# wait until ${device.path} is gone
while [ "$(cat ${node} 2>/dev/null)" = ${device.address} ]; do sleep 0.02; done; udevadm settle`,
    { withinMs },
  );
}

/** A socket of the guest: what the server exports is attached whenever it is there. */
export interface Socket {
  /** Attaches nothing more; what is attached stays. */
  stop(): Promise<void>;
}

/**
 * Attaches the device again and again, as the hub of a real machine does by itself when a device leaves the bus and comes back: over
 * USB/IP an attachment ends with the device. Ends with the guest.
 */
export async function keepAttached(
  guest: Guest,
  server: { readonly port: number; readonly busid: string },
): Promise<Socket> {
  const log = `/run/socket-${server.port}-${server.busid}`;
  await guest.must(`# socket for ${server.busid} of the USB/IP server on port ${server.port}
cat > ${log}.sh <<'END'
${FUNCTIONS}
wanted="${guest.host} ${server.port} ${server.busid}"
while :; do
  if usbip --tcp-port ${server.port} attach -r ${guest.host} -b ${server.busid} 2>/dev/null; then
    echo attached
    until port=$(record "$wanted"); [ -n "$port" ]; do sleep 0.05; done
    until unused "$port"; do sleep 0.05; done
    rm -f "/var/run/vhci_hcd/port$port"
  fi
  sleep 0.1
done
END
setsid bash ${log}.sh > ${log} 2>&1 < /dev/null &
echo $! > ${log}.pid`);
  return {
    async stop() {
      await guest.must(`kill $(cat ${log}.pid)`);
    },
  };
}
