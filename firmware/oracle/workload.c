/* What the CPU benchmark runs: checksums, sorting, matrices, strings and calls by pointer, as compilers emit them.
 * Code and constants lie at 0x1000_0000, data at 0x2000_0000, so that it runs on our core and on rp2040js alike.
 * It ends in BKPT with a checksum in r0. */
#include <stdint.h>

#ifndef ROUNDS
#define ROUNDS 400u
#endif

static uint32_t state;
static uint8_t text[1024];
static int32_t numbers[256];
static int32_t a[12][12], b[12][12], c[12][12];

static uint32_t next(void)
{
	state = state * 1664525u + 1013904223u;
	return state >> 8;
}

static uint32_t crc(const uint8_t *bytes, uint32_t length)
{
	uint32_t sum = 0xFFFFFFFFu;
	for (uint32_t i = 0; i < length; i++) {
		sum ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			sum = (sum >> 1) ^ ((sum & 1u) ? 0xEDB88320u : 0u);
	}
	return ~sum;
}

static void sort(int32_t *list, int length)
{
	for (int i = 1; i < length; i++) {
		int32_t value = list[i];
		int j = i;
		for (; j > 0 && list[j - 1] > value; j--)
			list[j] = list[j - 1];
		list[j] = value;
	}
}

static void multiply(void)
{
	for (int i = 0; i < 12; i++)
		for (int j = 0; j < 12; j++) {
			int32_t sum = 0;
			for (int k = 0; k < 12; k++)
				sum += a[i][k] * b[k][j];
			c[i][j] = sum;
		}
}

static uint32_t add(uint32_t x) { return x + 0x1234567u; }
static uint32_t rotate(uint32_t x) { return (x << 7) | (x >> 25); }
static uint32_t mix(uint32_t x) { return (x ^ (x >> 15)) * 0x2C1B3C6Du; }
static uint32_t (*const steps[])(uint32_t) = { add, rotate, mix };

uint32_t work(void)
{
	uint32_t result = 0;
	state = 1;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < sizeof text; i++)
			text[i] = (uint8_t)next();
		for (int i = 0; i < 256; i++)
			numbers[i] = (int32_t)next();
		for (int i = 0; i < 144; i++) {
			(&a[0][0])[i] = (int16_t)next();
			(&b[0][0])[i] = (int16_t)next();
		}
		sort(numbers, 256);
		multiply();
		result ^= crc(text, sizeof text) + (uint32_t)c[3][5] + (uint32_t)numbers[128];
		for (uint32_t i = 0; i < 300; i++)
			result = steps[i % 3](result);
	}
	return result;
}

__attribute__((naked, noreturn, section(".start"))) void start(void)
{
	__asm volatile("bl work\n\tbkpt #0\n\tb .");
}

__attribute__((section(".vectors"), used)) static const uint32_t vectors[] = { 0x20004000u, (uint32_t)0x10000101u };
