#include "text.h"

bool text_equal(const char *a, const char *b)
{
  while (*a && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

char *text_next_word(char **rest)
{
  char *at = *rest;
  while (*at == ' ') {
    at++;
  }
  char *const word = at;
  while (*at && *at != ' ') {
    at++;
  }
  if (*at) {
    *at++ = '\0';
  }
  *rest = at;
  return word;
}
