"""pyserial's RFC 2217 client as a judge of the framed line. Argument: the line's URL. Prints one JSON object."""
import json
import sys
import time

import serial

report = {}
line = serial.serial_for_url(sys.argv[1], baudrate=115200, bytesize=8, parity="E", stopbits=1, timeout=5)
report["modem"] = {"cts": line.cts, "dsr": line.dsr, "cd": line.cd}

line.write(b"\x7f")
report["ack"] = line.read(1).hex()
line.write(b"\x02\xfd")
report["id"] = line.read(5).hex()

# Read 256 bytes of the ROM: every reply byte, 0xFF among them, must survive telnet.
line.write(b"\x11\xee")
report["read_ack"] = line.read(1).hex()
line.write(b"\x1f\xff\x00\x00\xe0")
report["address_ack"] = line.read(1).hex()
line.write(b"\xff\x00")
report["count_ack"] = line.read(1).hex()
report["memory"] = line.read(256).hex()

# The settings go over and are confirmed one by one, or pyserial raises.
line.baudrate = 57600
line.parity = "N"
line.stopbits = 2
line.bytesize = 7
line.dtr = False
line.rts = False
line.break_condition = True
# Longer than a frame of the board's format, and over before anything else is sent.
time.sleep(0.01)
line.break_condition = False
line.reset_input_buffer()
line.reset_output_buffer()
line.bytesize, line.stopbits, line.parity, line.baudrate = 8, 1, "E", 115200

try:
    second = serial.serial_for_url(sys.argv[1], timeout=1)
    report["second"] = "open"
    second.close()
except serial.SerialException:
    report["second"] = "refused"

# The break was a byte 0x00 to the bootloader: 0x02 is a wrong complement for it, 0xFD begins a command that 0x00 ends wrongly.
line.write(b"\x02")
report["after_break"] = line.read(1).hex()
line.write(b"\xfd\x00")
report["after_nonsense"] = line.read(1).hex()
line.write(b"\x02\xfd")
report["id_again"] = line.read(5).hex()
line.close()
print(json.dumps(report))
