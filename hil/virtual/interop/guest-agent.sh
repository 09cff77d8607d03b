# Runs in the guest, below the host's own bash: takes commands from the virtio port, one line each, and answers with one line each.
#   ->  ID SECONDS BASE64(script)
#   <-  ID EXIT_CODE BASE64(stdout) BASE64(stderr)        in the order in which they end
# After `ready UPTIME` it can be asked. SECONDS is the time after which the script and its children are ended (exit code 124).
export HOME=/root LANG=C.UTF-8
export PATH=/run/hil/bin:$PATH:/usr/sbin:/sbin:$HIL_TOOLS/usr/sbin:$HIL_TOOLS/usr/bin:$HIL_TOOLS/sbin:$HIL_TOOLS/bin
program() { find "$HIL_TOOLS" -path "*bin/$1" -type f -o -path "*/linux-tools*/$1" -type f | head -n 1; }
busybox=$(program busybox)

# The tools that are unpacked and not installed find their libraries; what the host has installed does not notice.
libraries=$(printf '%s:' "$HIL_TOOLS"/lib/*-linux-gnu "$HIL_TOOLS"/usr/lib/*-linux-gnu)
mkdir -p /run/hil/bin
for tool in usbip udevadm; do
  real=$(program "$tool")
  [ -n "$real" ] || continue
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "${libraries%:}" "$real" > "/run/hil/bin/$tool"
  chmod 755 "/run/hil/bin/$tool"
done

# QEMU's user network; the host's loopback is 10.0.2.2 there.
"$busybox" ip link set lo up
"$busybox" ip addr add 10.0.2.15/24 dev eth0
"$busybox" ip link set eth0 up
"$busybox" ip route add default via 10.0.2.2

# udev names the nodes as on every desktop (/dev/serial/by-id); npm `usb` hears of a plug from it alone.
mkdir -p /run/udev/rules.d
cp "$HIL_TOOLS"/lib/udev/rules.d/*.rules "$HIL_TOOLS"/usr/lib/udev/rules.d/*.rules /run/udev/rules.d/ 2>/dev/null
(LD_LIBRARY_PATH=${libraries%:} exec -a systemd-udevd "$(program udevadm)" --daemon --resolve-names=never)

for name in /sys/class/virtio-ports/*/name; do
  [ "$(cat "$name")" = hil.agent ] && port=/dev/$(basename "$(dirname "$name")")
done
exec 3<> "$port"

perform() {
  local folder out
  folder=$(mktemp -d /run/hil/command.XXXXXX)
  printf '%s' "$3" | base64 -d > "$folder/script"
  (cd "$HIL_CWD" && timeout -k 2 "$2" bash "$folder/script" < /dev/null > "$folder/out" 2> "$folder/err" 3>&-)
  printf '%s %s %s %s\n' "$1" $? "$(base64 -w0 < "$folder/out")" "$(base64 -w0 < "$folder/err")" > "$folder/answer"
  # One line at a time: two commands may end together.
  flock /run/hil/port cat "$folder/answer" >&3
  rm -rf "$folder"
}

: > /run/hil/port
flock /run/hil/port printf 'ready %s\n' "$(cut -d' ' -f1 /proc/uptime)" >&3
while read -r id seconds script <&3; do
  perform "$id" "$seconds" "$script" &
done
