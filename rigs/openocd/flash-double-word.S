@ Programs double words into the flash of a G0 or C0, from a buffer in RAM. hil/probe/double-word-loader.ts holds the assembled
@ half-words; its test assembles this file and compares.
@
@ In:  r0 buffer (word aligned), r1 destination (8-byte aligned), r2 number of double words, r3 base of the FLASH registers.
@      CR unlocked, SR without errors, interrupts masked.
@ Out: r0 SR after the last double word: no error flag means that all were programmed. r1 is behind the last one tried.
@ Needs no stack and nothing but its registers, so it may stand anywhere.

	.syntax unified
	.cpu cortex-m0
	.thumb

	.equ	SR, 0x10
	.equ	CR, 0x14

	movs	r6, #1
	str	r6, [r3, #CR]		@ PG
next:
	ldmia	r0!, {r4, r5}
	str	r4, [r1, #0]
	str	r5, [r1, #4]		@ the second word starts the programming
	adds	r1, #8
busy:
	ldr	r6, [r3, #SR]
	lsrs	r7, r6, #16		@ BSY1, BSY2 and CFGBSY: all above bit 15
	bne	busy
	lsrs	r7, r6, #1		@ any flag but EOP is an error
	bne	done
	subs	r2, #1
	bne	next
done:
	movs	r7, #0
	str	r7, [r3, #CR]
	mov	r0, r6
	bkpt	#0
