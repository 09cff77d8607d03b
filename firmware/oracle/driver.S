/* Runs random instruction sequences and records what they did, for a comparison of two implementations of ARMv6-M.
 *
 * scripts/oracle.mjs appends a table of tests at TABLE and writes their number to COUNT. Each test is started by an exception
 * return to thread mode on PSP and ends in SVC or HardFault; both come to `handler`, which writes one record and starts the
 * next test. Records leave by semihosting. The image runs at address 0 with 16 KiB of RAM (QEMU's microbit).
 */
        .syntax unified
        .cpu cortex-m0
        .thumb

        .equ    BUFFER,     0x20001000          /* 64 records of 80 bytes */
        .equ    BUFFER_END, 0x20002400
        .equ    VARS,       0x20002400          /* +0 index of the running test, +4 record pointer, +8 file, +12 arguments */
        .equ    MSP_TOP,    0x20002800
        .equ    SCRATCH,    0x20003800          /* 1 KiB that tests read, write and use as their stack */
        .equ    SCRATCH_END,0x20003c00
        .equ    TEST_SIZE,  100                 /* r0-r3 r12 lr pc xpsr, r4-r11, frame address, 32 bytes of code */

        .text
        .word   MSP_TOP, reset + 1, handler + 1, handler + 1
        .word   0, 0, 0, 0, 0, 0, 0, handler + 1, 0, 0, handler + 1, handler + 1

        .thumb_func
reset:  ldr     r4, =VARS
        movs    r0, #0
        mvns    r0, r0
        str     r0, [r4]
        ldr     r0, =BUFFER
        str     r0, [r4, #4]
        adr     r0, name
        str     r0, [r4, #12]
        movs    r0, #5                          /* "wb" */
        str     r0, [r4, #16]
        movs    r0, #11
        str     r0, [r4, #20]
        movs    r0, #1                          /* SYS_OPEN */
        movs    r1, r4
        adds    r1, #12
        bkpt    #0xab
        str     r0, [r4, #8]
        svc     #0
        b       .

        .align  2
name:   .asciz  "records.bin"
        .align  2

        .thumb_func
handler:
        ldr     r0, =VARS
        ldr     r1, [r0]
        adds    r1, #1
        beq     next
        ldr     r2, [r0, #4]
        mrs     r3, psp
        ldr     r1, [r3, #0]
        str     r1, [r2, #0]
        ldr     r1, [r3, #4]
        str     r1, [r2, #4]
        ldr     r1, [r3, #8]
        str     r1, [r2, #8]
        ldr     r1, [r3, #12]
        str     r1, [r2, #12]
        adds    r2, #16
        stmia   r2!, {r4-r7}
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        stmia   r2!, {r4-r7}
        ldr     r4, [r3, #16]
        ldr     r5, [r3, #20]
        ldr     r6, [r3, #24]
        ldr     r7, [r3, #28]
        stmia   r2!, {r4-r7}
        mrs     r4, ipsr
        str     r3, [r2, #0]
        str     r4, [r2, #4]
        mov     r4, lr
        str     r4, [r2, #12]
        ldr     r4, =SCRATCH
        ldr     r5, =SCRATCH_END
        movs    r6, #0
        movs    r7, #5
sum:    ldmia   r4!, {r0, r1}
        adds    r6, r0
        rors    r6, r7
        eors    r6, r1
        rors    r6, r7
        cmp     r4, r5
        bne     sum
        str     r6, [r2, #8]
        adds    r2, #16
        ldr     r4, =VARS
        str     r2, [r4, #4]
        ldr     r5, =BUFFER_END
        cmp     r2, r5
        bne     next
        bl      flush
next:   ldr     r4, =VARS
        ldr     r5, [r4]
        adds    r5, #1
        str     r5, [r4]
        ldr     r6, =count
        ldr     r6, [r6]
        cmp     r5, r6
        beq     done
        ldr     r0, =0x9e3779b1
        muls    r0, r5
        ldr     r1, =0x3c6ef372
        eors    r1, r0
        ldr     r2, =SCRATCH
        ldr     r3, =SCRATCH_END
fill:   adds    r0, r1
        rors    r1, r0
        eors    r1, r0
        stmia   r2!, {r0, r1}
        cmp     r2, r3
        bne     fill
        movs    r0, #TEST_SIZE
        muls    r0, r5
        ldr     r1, =table
        adds    r0, r1
        mov     r7, r0
        adds    r0, #64
        ldr     r1, [r0]                        /* frame */
        msr     psp, r1
        movs    r0, r7
        ldmia   r0!, {r2-r5}
        stmia   r1!, {r2-r5}
        ldmia   r0!, {r2-r5}
        stmia   r1!, {r2-r5}
        adds    r0, #16
        ldmia   r0!, {r2-r5}
        mov     r8, r2
        mov     r9, r3
        mov     r10, r4
        mov     r11, r5
        subs    r0, #32
        ldmia   r0!, {r4-r7}
        ldr     r0, =0xfffffffd
        bx      r0

done:   bl      flush
        movs    r0, #0x18                       /* SYS_EXIT */
        ldr     r1, =0x20026                    /* ADP_Stopped_ApplicationExit */
        bkpt    #0xab
        b       .

        .thumb_func
flush:  ldr     r4, =VARS
        ldr     r0, [r4, #8]
        str     r0, [r4, #12]
        ldr     r0, =BUFFER
        str     r0, [r4, #16]
        ldr     r1, [r4, #4]
        str     r0, [r4, #4]
        subs    r1, r0
        str     r1, [r4, #20]
        movs    r0, #5                          /* SYS_WRITE */
        movs    r1, r4
        adds    r1, #12
        bkpt    #0xab
        bx      lr

        .ltorg
        .org    0x3fc
count:  .word   0
        .org    0x400
table:
