#!/bin/busybox sh
# First process of the guest (from its initrd). Lays a throw-away layer over the host's root, which is read-only, and gives control to
# the agent there. What differs from boot to boot is in boot.env in the work folder.
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
for module in /modules/*.ko; do $B insmod "$module"; done

# Set-up asks whether the accelerator boots this kernel at all.
if $B grep -q hil.probe /proc/cmdline; then
  echo "hil: the guest boots" > /dev/ttyS0
  $B poweroff -f
fi

P9=trans=virtio,version=9p2000.L,msize=512000
$B mount -t 9p -o $P9,ro,cache=loose host /lower
$B mount -t tmpfs tmpfs /layer
$B mkdir /layer/upper /layer/work
$B mount -t overlay -o lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work overlay /root
$B mkdir -p /root/proc /root/sys /root/dev /root/run
$B mount --move /proc /root/proc
$B mount --move /sys /root/sys
$B mount --move /dev /root/dev
$B mount -t tmpfs tmpfs /root/run
$B mkdir -p /root/run/hil /root/run/work /root/dev/pts /root/dev/shm
$B mount -t devpts devpts /root/dev/pts -o ptmxmode=666
$B mount -t tmpfs tmpfs /root/dev/shm
$B mount -t debugfs debugfs /root/sys/kernel/debug

# The work folder has the same path here as on the host, so that a command line means the same on both.
$B mount -t 9p -o $P9,cache=none,access=any work /root/run/work
. /root/run/work/boot.env
$B mkdir -p "/root$HIL_WORK"
$B mount --move /root/run/work "/root$HIL_WORK"

$B chroot /root /bin/bash "$HIL_AGENT" < /root/dev/null > /root/dev/ttyS0 2>&1
echo "hil: the agent has ended" > /root/dev/ttyS0
$B poweroff -f
