#ifndef HANDOVER_COMMANDS_H
#define HANDOVER_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

/* What the start found out and the banner tells beside the record. */
struct start_report {
  bool fresh;
  const char *tick;
  uint32_t hclk;
};

void banner(const struct start_report *report);
/* Obey one line of the console and answer it. */
void command_execute(char *line, bool too_long, const struct start_report *report);

#endif
