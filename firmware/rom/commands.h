/* One function per AN3155 command. Each is called after the code and its complement; it sends the first ACK itself. */
#ifndef ROM_COMMANDS_H
#define ROM_COMMANDS_H

void command_get(void);
void command_get_version(void);
void command_get_id(void);
void command_read_memory(void);
void command_go(void);
void command_write_memory(void);
void command_extended_erase(void);
void command_write_protect(void);
void command_write_unprotect(void);
void command_readout_protect(void);
void command_readout_unprotect(void);

/* How commands that program option bytes end well: ACK, then `options_launch`. */
void acknowledge_and_launch(void);

#endif
