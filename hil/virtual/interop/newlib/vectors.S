/* What newlib leaves to the board: the two words from which a Cortex-M starts, and .data, which it expects to be loaded already. */
    .syntax unified
    .cpu cortex-m0plus
    .section .vectors, "a"
    .word __stack
    .word reset

    .text
    .global reset
    .thumb_func
reset:
    ldr r0, =__data_start
    ldr r1, =__data_end
    ldr r2, =__data_load
1:  cmp r0, r1
    bhs 2f
    ldr r3, [r2]
    str r3, [r0]
    adds r0, #4
    adds r2, #4
    b 1b
2:  ldr r0, =_start
    bx r0
