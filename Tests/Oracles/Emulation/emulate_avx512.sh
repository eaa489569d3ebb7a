#!/usr/bin/env bash
# Runs the kernels of all variants in an emulated processor with AVX-512 and compares their bits, for
# machines whose own processor has none. Takes two to five minutes.
#
# usage: Tests/Oracles/Emulation/emulate_avx512.sh
#
# Needs, from Debian: clang or gcc, bochs bochs-term bochsbios vgabios isolinux syslinux-common xorriso
# cpio; a kernel to start is downloaded, not installed. Exit 1 where bits differ, 2 where nothing ran.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../../../Sources/CKernels
work=$(mktemp -d)
emulator=
finish() {
  # The emulator, below the program that gives it a screen, minds no other signal.
  [ -z "$emulator" ] || pkill -KILL -P "$emulator" || true
  rm -rf "$work"
}
trap finish EXIT

for tool in bochs xorriso cpio apt-get; do
  command -v "$tool" >/dev/null || { echo "there is no $tool; see the head of $0"; exit 2; }
done
compiler=$(command -v clang || command -v gcc)

cd "$work"
mkdir -p disk/isolinux root/dev
"$compiler" -O2 -static -I "$kernels/include" -I "$kernels" "$kernels"/*.c "$here/variant_bits.c" \
  -o root/init -lm
mknod -m 600 root/dev/console c 5 1
(cd root && find . | cpio --quiet -o -H newc | gzip) >disk/isolinux/initrd.gz

image=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
apt-get -o APT::Sandbox::User=root download -qq "$image"
dpkg -x "$image"_*.deb kernel
cp kernel/boot/vmlinuz-* disk/isolinux/vmlinuz
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 disk/isolinux/

# The emulator's compacted form of the registers' memory is not the one that Linux expects.
cat >disk/isolinux/isolinux.cfg <<'CONFIG'
default start
label start
 kernel vmlinuz
 append initrd=initrd.gz console=ttyS0 quiet clearcpuid=xsaves,xsavec,pku tsc=unstable lpj=1000000 mitigations=off noapic acpi=off
CONFIG
xorriso -as mkisofs -quiet -o disk.iso -b isolinux/isolinux.bin -c isolinux/boot.cat \
  -no-emul-boot -boot-load-size 4 -boot-info-table disk 2>/dev/null

cat >machine <<CONFIG
megs: 512
cpu: model=corei7_skylake_x, count=1, ips=200000000
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0: enabled=1
ata0-master: type=cdrom, path=$work/disk.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
log: $work/log
display_library: term
CONFIG
# Debian's emulator stops in its debugger until it is told to go on; its screen wants a terminal.
touch serial
mkfifo commands
exec 3<>commands
TERM=xterm script -qc "bochs -q -f machine" /dev/null <commands >screen 2>&1 3>&- &
emulator=$!
sleep 5
echo c >&3
for _ in $(seq 600); do
  sleep 2
  if grep -q 'checks,' serial || ! kill -0 "$emulator" 2>/dev/null; then break; fi
done
sleep 2
grep -a -A100 'kernels:' serial | grep -av '^\[' || { echo "the emulated machine printed nothing"; exit 2; }
grep -aq 'kernels: .*avx512' serial || { echo "the emulated processor has no AVX-512"; exit 2; }
grep -aq ' 0 differences' serial
