/*
 * Counters and settings in the five backup registers, where the ROM takes all of the RAM; elsewhere RAM alone keeps them and these do
 * nothing. The fault record, the mailbox and the jump flag are in RAM on all parts: the ROM may overwrite them.
 */
#ifndef HANDOVER_BACKUP_H
#define HANDOVER_BACKUP_H

#include <stdbool.h>

#include "retained.h"

/* Counters and settings as they stand in the backup registers. False, and nothing changed, when those do not check. */
bool backup_load(struct retained *to);
void backup_store(const struct retained *from);

#endif
