/* A program for newlib's unmodified start-up, printf, qsort and strtod, over semihosting (BKPT 0xAB). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

volatile uint32_t comparisons;
volatile int32_t total;

static int compare(const void *left, const void *right)
{
    comparisons++;
    const int32_t a = *(const int32_t *)left;
    const int32_t b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

__attribute__((noinline)) static void add(int32_t value)
{
    total += value;
}

int main(void)
{
    int32_t numbers[] = {42, -7, 1000, 0, 77, -100000, 3, 2, 1, 65536};
    const size_t count = sizeof numbers / sizeof numbers[0];

    qsort(numbers, count, sizeof numbers[0], compare);
    for (size_t i = 0; i < count; i++) {
        add(numbers[i]);
    }
    printf("sorted:");
    for (size_t i = 0; i < count; i++) {
        printf(" %ld", (long)numbers[i]);
    }
    printf("\ntotal: %ld, compared: %s\n", (long)total, comparisons >= count - 1 ? "enough" : "too little");

    char *end;
    const double pi = strtod("3.14159265358979rest", &end);
    printf("strtod: %.10f, then \"%s\"\n", pi, end);
    printf("product: %.6e, quotient: %.9g\n", pi * 1e20, 1.0 / pi);
    printf("64 bit: %llu\n", 0xFFFFFFFFull * 0xFFFFFFFFull / 3u);

    char *heap = malloc(3000);
    memset(heap, 'x', 2999);
    heap[2999] = '\0';
    printf("heap: %u\n", (unsigned)strlen(heap));
    free(heap);
    return 0;
}
