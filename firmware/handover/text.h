#ifndef HANDOVER_TEXT_H
#define HANDOVER_TEXT_H

#include <stdbool.h>

bool text_equal(const char *a, const char *b);
/* Cut the next word, separated by blanks, off `*rest`; an empty word at the end of the line. */
char *text_next_word(char **rest);

#endif
