#ifndef HANDOVER_JUMP_H
#define HANDOVER_JUMP_H

/* The whole jump as the retained settings say, from choosing the way to the branch. */
__attribute__((noreturn)) void handover_jump(void);
/* The sequence alone, on whatever stack and clock is there. Uses no static data, so that the reset handler can call it. */
__attribute__((noreturn)) void handover_sequence(void);

#endif
