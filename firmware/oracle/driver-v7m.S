/* Runs random instruction sequences and records what they did, for a comparison of two implementations of ARMv7-M with FPv4-SP.
 *
 * scripts/oracle.mjs writes FP operands at OPERANDS, a table of tests at TABLE and their number to COUNT. Each test is started by an
 * exception return to thread mode on PSP and ends in SVC or a fault; all of them come to `handler`, which writes one record and starts
 * the next test. PendSV, which tests may pend, leaves a trace and returns. Records leave by semihosting. The image runs at address 0
 * with 192 KiB of RAM at 0x2000_0000 (QEMU's netduinoplus2).
 */
        .syntax unified
        .cpu cortex-m4
        .fpu fpv4-sp-d16
        .thumb

        .equ    VARS,       0x2001d5a0  /* where no likely address leads: +0 index of the running test, +4 record pointer, +8 file, +12 arguments, +24 PendSV's trace */
        .equ    MSP_TOP,    0x2001d000
        .equ    BUFFER,     0x20004000  /* 128 records of 256 bytes */
        .equ    BUFFER_END, 0x2000c000
        .equ    SCRATCH,    0x20018000  /* 1 KiB that tests read, write and use as their stack */
        .equ    SCRATCH_END,0x20018400
        .equ    RAM,        0x20000000
        .equ    FRAME_SPAN, 0x2ff80     /* a frame that begins this far into RAM still lies in it */
        .equ    SCS,        0xe000e000
        .equ    ICSR,       0xd04
        .equ    CCR,        0xd14
        .equ    SHPR1,      0xd18
        .equ    SHPR2,      0xd1c
        .equ    SHPR3,      0xd20
        .equ    SHCSR,      0xd24
        .equ    CFSR,       0xd28
        .equ    HFSR,       0xd2c
        .equ    MMFAR,      0xd34
        .equ    BFAR,       0xd38
        .equ    CPACR,      0xd88
        .equ    MPU_CTRL,   0xd94
        .equ    MPU_RBAR,   0xd9c
        .equ    MPU_RASR,   0xda0
        .equ    FPCCR,      0xf34
        .equ    FPCAR,      0xf38
        .equ    FPDSCR,     0xf3c

        .text
        .word   MSP_TOP, reset + 1, handler + 1, handler + 1, handler + 1, handler + 1, handler + 1
        .word   0, 0, 0, 0, handler + 1, handler + 1, 0, pendsv + 1, handler + 1

        .thumb_func
reset:  ldr     r4, =VARS
        mov     r0, #-1
        str     r0, [r4]
        ldr     r0, =BUFFER
        str     r0, [r4, #4]
        adr     r0, name
        movs    r1, #5                  /* "wb" */
        movs    r2, #11
        add     r3, r4, #12
        stmia   r3, {r0-r2}
        movs    r0, #1                  /* SYS_OPEN */
        mov     r1, r3
        bkpt    #0xab
        str     r0, [r4, #8]
        ldr     r5, =SCS
        ldr     r0, =0x00302010         /* MemManage 0x10, BusFault 0x20, UsageFault 0x30 */
        str     r0, [r5, #SHPR1]
        mov     r0, #0x80000000         /* SVCall 0x80 */
        str     r0, [r5, #SHPR2]
        mov     r0, #0x00f00000         /* PendSV 0xF0 */
        str     r0, [r5, #SHPR3]
        adr     r1, regions
        movs    r2, #4
1:      ldmia   r1!, {r0, r3}
        str     r0, [r5, #MPU_RBAR]
        str     r3, [r5, #MPU_RASR]
        subs    r2, #1
        bne     1b
        mov     r0, #0xf00000
        str     r0, [r5, #CPACR]
        dsb
        isb
        svc     #0
        b       .

        .align  2
        /* RBAR with region number, RASR: flash read-only, 256 KiB of RAM free, and in the scratch area 256 read-only and 32 privileged bytes */
regions:.word   0x00000010, 0x06020027
        .word   0x20000011, 0x03060023
        .word   SCRATCH + 0x300 + 0x12, 0x0606000f
        .word   SCRATCH + 0x080 + 0x13, 0x01060009
        /* SHCSR's active bit by exception number */
active: .hword  0, 0, 0, 0, 1, 2, 8, 0, 0, 0, 0, 0x80, 0x100, 0, 0x400, 0x800
name:   .asciz  "records.bin"
        .align  2

        .thumb_func
pendsv: ldr     r0, =VARS
        ldr     r1, [r0, #24]
        mrs     r2, ipsr
        eor     r2, r2, lr
        add     r1, r1, #0x10000
        eor     r1, r1, r2
        str     r1, [r0, #24]
        bx      lr

        .thumb_func
handler:
        ldr     r0, =VARS
        ldr     r1, [r0]
        adds    r1, #1
        beq     next
        ldr     r2, [r0, #4]
        add     r1, r2, #16
        stmia   r1, {r4-r11}
        ldr     r5, =SCS
        ldr     r9, [r5, #FPCCR]        /* before anything else may touch it */
        movs    r1, #0
        str     r1, [r5, #MPU_CTRL]
        mov     r1, #0xf00000
        str     r1, [r5, #CPACR]
        dsb
        isb
        tst     lr, #4
        ite     eq
        mrseq   r4, msp
        mrsne   r4, psp
        mov     r11, lr
        add     r1, r2, #64
        mrs     r6, ipsr
        mrs     r7, control
        stmia   r1!, {r4, r11}
        stmia   r1!, {r6, r7}
        mrs     r6, primask
        mrs     r7, faultmask
        orr     r6, r6, r7, lsl #1
        mrs     r7, basepri
        orr     r6, r6, r7, lsl #8
        ldr     r7, [r5, #CFSR]
        ldr     r8, [r5, #HFSR]
        stmia   r1!, {r6-r8}
        movs    r6, #0
        movs    r8, #0
        tst     r7, #0x80
        it      ne
        ldrne   r6, [r5, #MMFAR]
        tst     r7, #0x8000
        it      ne
        ldrne   r8, [r5, #BFAR]
        stmia   r1!, {r6, r8}
        ldr     r6, [r5, #SHCSR]
        ldr     r7, [r5, #ICSR]
        ldr     r8, [r0, #24]
        ldr     r10, [r5, #FPCAR]
        stmia   r1!, {r6-r10}
        /* the frame, where there is one */
        sub     r6, r4, #RAM
        ldr     r7, =FRAME_SPAN
        cmp     r6, r7
        bhs     noframe
        add     r1, r2, #128
        vstmia  r1, {s0-s31}            /* also stores the lazy part of the frame */
        movs    r12, #0
        tst     r11, #0x10
        bne     1f
        ldr     r12, [r4, #96]
        add     r6, r4, #32             /* in an FP context S0-S15 are the frame's: the registers are UNKNOWN after stacking */
        add     r7, r4, #96
2:      ldr     r8, [r6], #4
        str     r8, [r1], #4
        cmp     r6, r7
        bne     2b
1:      str     r12, [r2, #120]
        ldmia   r4!, {r6-r9}
        stmia   r2, {r6-r9}
        ldmia   r4!, {r6-r9}
        add     r1, r2, #48
        stmia   r1, {r6-r9}
        b       memory
noframe:
        bic     r9, r9, #1              /* drop what waits for a frame that is nowhere */
        str     r9, [r5, #FPCCR]
        add     r1, r2, #128
        vstmia  r1, {s0-s31}
        movs    r6, #0
        movs    r7, #0
        movs    r8, #0
        movs    r9, #0
        str     r6, [r2, #120]
        stmia   r2, {r6-r9}
        add     r1, r2, #48
        stmia   r1, {r6-r9}
memory: ldr     r1, =SCRATCH
        ldr     r3, =SCRATCH_END
        movs    r4, #0
sum:    ldmia   r1!, {r6-r9}
        add     r4, r6, r4, ror #5
        eor     r4, r7, r4, ror #7
        add     r4, r8, r4, ror #11
        eor     r4, r9, r4, ror #3
        cmp     r1, r3
        bne     sum
        str     r4, [r2, #124]
        add     r2, r2, #256
        str     r2, [r0, #4]
        ldr     r1, =BUFFER_END
        cmp     r2, r1
        it      eq
        bleq    flush
next:   ldr     r4, =VARS
        ldr     r5, [r4]
        adds    r5, #1
        str     r5, [r4]
        ldr     r6, =count
        ldr     r6, [r6]
        cmp     r5, r6
        beq     done
        movs    r0, #0
        msr     basepri, r0
        msr     primask, r0
        msr     faultmask, r0
        str     r0, [r4, #24]
        ldr     r0, =0x9e3779b1
        muls    r0, r5, r0
        ldr     r1, =0x3c6ef372
        eors    r1, r0
        ldr     r2, =SCRATCH
        ldr     r3, =SCRATCH_END
fill:   add     r0, r1, r0
        ror     r1, r1, r0
        eor     r1, r1, r0
        add     r6, r0, r1, ror #7
        eor     r7, r1, r0, ror #13
        stmia   r2!, {r0, r1, r6, r7}
        cmp     r2, r3
        bne     fill
        movs    r0, #0                  /* and what large offsets reach behind it */
        movs    r1, #0
        movs    r4, #0
        movs    r6, #0
        mov     r8, #0
        mov     r9, #0
        mov     r10, #0
        mov     r11, #0
        add     r3, r2, #4096
clear:  stmia   r2!, {r0, r1, r4, r6, r8-r11}
        cmp     r2, r3
        bne     clear
        mov     r2, #RAM                /* and what a masked address reaches */
        add     r3, r2, #256
1:      stmia   r2!, {r0, r1, r4, r6, r8-r11}
        cmp     r2, r3
        bne     1b
        ldr     r7, =table
        add     r7, r7, r5, lsl #7
        ldr     r0, =operands
        and     r1, r5, #127
        add     r6, r0, r1, lsl #2
        vldmia  r6, {s0-s31}
        ldr     r1, [r7, #64]           /* frame */
        msr     psp, r1
        ldmia   r7, {r0, r2-r4, r8-r11}
        stmia   r1!, {r0, r2-r4, r8-r11}
        ldr     r12, [r7, #76]          /* EXC_RETURN */
        ldr     r11, [r7, #72]          /* FPSCR */
        tst     r12, #0x10
        bne     1f
        add     r6, r6, #128
        ldmia   r6!, {r0, r2-r4, r8-r10}
        stmia   r1!, {r0, r2-r4, r8-r10}
        ldmia   r6!, {r0, r2-r4, r8-r10}
        stmia   r1!, {r0, r2-r4, r8-r10}
        ldmia   r6!, {r0, r2}
        stmia   r1!, {r0, r2, r11}
1:      ldr     r0, =MSP_TOP
        msr     msp, r0
        sub     r1, r0, #256            /* what earlier programs left on the main stack */
        movs    r2, #0
        movs    r3, #0
        movs    r4, #0
        movs    r5, #0
        add     r6, r0, #128
3:      stmia   r1!, {r2-r5}
        cmp     r1, r6
        bne     3b
        ldr     r0, =SCS
        str     r11, [r0, #FPDSCR]
        mov     r1, #0
        str     r1, [r0, #FPCAR]
        mov     r1, #0xc0000000         /* ASPEN, LSPEN; without LSPEN frames are stored at once */
        ldrb    r2, [r7, #71]
        tst     r2, #0x20
        it      ne
        bicne   r1, r1, #0x40000000
        str     r1, [r0, #FPCCR]
        mov     r1, #-1
        str     r1, [r0, #CFSR]
        str     r1, [r0, #HFSR]
        mov     r1, #0x08000000         /* PENDSVCLR */
        str     r1, [r0, #ICSR]
        ldrb    r1, [r7, #70]           /* fault handlers enabled; what is pended goes */
        mrs     r2, ipsr
        adr     r3, active
        ldrh    r2, [r3, r2, lsl #1]    /* this exception alone is active */
        orr     r2, r2, r1, lsl #16
        str     r2, [r0, #SHCSR]
        ldrb    r1, [r7, #71]           /* CCR: DIV_0_TRP, UNALIGN_TRP; bit 0 for STKALIGN; bit 5 above; bit 7 forbids the FPU */
        and     r2, r1, #0x18
        bfi     r2, r1, #9, #1
        str     r2, [r0, #CCR]
        lsrs    r1, r1, #7
        ite     ne
        movne   r1, #0
        moveq   r1, #0xf00000
        str     r1, [r0, #CPACR]
        ldrb    r1, [r7, #68]
        msr     control, r1
        ldrb    r1, [r7, #69]
        str     r1, [r0, #MPU_CTRL]
        dsb
        isb
        mov     r0, r12
        add     r7, r7, #32
        mov     r1, r7
        ldmia   r1, {r4-r11}
        bx      r0

done:   bl      flush
        movs    r0, #0x18               /* SYS_EXIT */
        ldr     r1, =0x20026            /* ADP_Stopped_ApplicationExit */
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
        movs    r0, #5                  /* SYS_WRITE */
        add     r1, r4, #12
        bkpt    #0xab
        bx      lr

        .ltorg
        .org    0x7fc
count:  .word   0
        .org    0x800
operands:
        .org    0xc00
table:
