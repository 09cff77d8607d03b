/* Runs single floating-point instructions on given operands and records result and flags, to make reference records with QEMU.
 *
 * scripts/oracle-fp.mjs appends vectors at TABLE and writes their number to COUNT. A vector is 20 bytes: the instruction's two
 * halfwords, FPSCR, S0, S1, S2. A record is 8 bytes: S0 and FPSCR afterwards. The image runs at address 0 with RAM at 0x2000_0000
 * (QEMU's netduinoplus2, a Cortex-M4 with FPU); records leave by semihosting.
 */
        .syntax unified
        .cpu cortex-m4
        .fpu fpv4-sp-d16
        .thumb

        .equ    BUFFER,     0x20001000          /* 4096 records of 8 bytes */
        .equ    BUFFER_END, 0x20009000
        .equ    ARGUMENTS,  0x20000000
        .equ    THUNK,      0x20000100          /* the instruction and a return */
        .equ    MSP_TOP,    0x20000800
        .equ    CPACR,      0xe000ed88

        .text
        .word   MSP_TOP, reset + 1, . + 1, . + 1

        .thumb_func
reset:  ldr     r0, =CPACR
        mov     r1, #0xf00000
        str     r1, [r0]
        dsb
        isb
        ldr     r4, =ARGUMENTS
        adr     r0, name
        movs    r1, #5                          /* "wb" */
        movs    r2, #11
        stmia   r4, {r0-r2}
        movs    r0, #1                          /* SYS_OPEN */
        mov     r1, r4
        bkpt    #0xab
        mov     r11, r0
        ldr     r5, =table
        ldr     r6, =count
        ldr     r6, [r6]
        ldr     r7, =BUFFER
        ldr     r8, =THUNK
        movw    r0, #0x4770                     /* BX LR */
        str     r0, [r8, #4]
        b       check
next:   ldr     r0, [r5], #4
        str     r0, [r8]
        dsb
        isb
        ldr     r0, [r5], #4
        vldmia  r5!, {s0-s2}
        vmsr    fpscr, r0
        add     r0, r8, #1
        blx     r0
        vmrs    r1, fpscr
        vmov    r0, s0
        stmia   r7!, {r0, r1}
        subs    r6, #1
        ldr     r0, =BUFFER_END
        cmp     r7, r0
        it      eq
        bleq    flush
check:  cmp     r6, #0
        bne     next
        bl      flush
        movs    r0, #0x18                       /* SYS_EXIT */
        ldr     r1, =0x20026                    /* ADP_Stopped_ApplicationExit */
        bkpt    #0xab
        b       .

        .thumb_func
flush:  ldr     r1, =ARGUMENTS
        ldr     r2, =BUFFER
        subs    r3, r7, r2
        mov     r7, r2
        str     r11, [r1]
        str     r2, [r1, #4]
        str     r3, [r1, #8]
        movs    r0, #5                          /* SYS_WRITE */
        bkpt    #0xab
        bx      lr

        .align  2
name:   .asciz  "records.bin"
        .ltorg
        .org    0x1fc
count:  .word   0
        .org    0x200
table:
